import { GraphQLError, type GraphQLSchema, getVariableValues, type VariableDefinitionNode } from 'graphql';
import { hasOverParts } from '../../json.ts';

/** graphql-js shows the whole value in each error: without a limit, an input of unknown keys would take gigabytes. */
const maxErrors = 10;

/** Limit of the elements and members of one variable: graphql-js looks at each, and again for each error. */
const maxParts = 10_000;

/**
 * Finds what is wrong with the variables of an operation, as graphql-js words it: BAD_USER_INPUT. After ten errors comes a
 * last one, which says that there may be more.
 */
export function variableErrors(
  { schema, definitions }: { schema: GraphQLSchema; definitions: readonly VariableDefinitionNode[] },
  variables: Readonly<Record<string, unknown>> = {},
): readonly GraphQLError[] | undefined {
  if (definitions.length === 0) return undefined;
  const large = definitions.filter(({ variable }) => hasOverParts(variables[variable.name.value], maxParts));
  if (large.length > 0) return large.slice(0, maxErrors).map(tooLarge);
  const { errors } = getVariableValues(schema, definitions, variables, { maxErrors });
  return errors && errors.length > maxErrors ? [...errors.slice(0, maxErrors), tooMany()] : errors;
}

function tooMany(): GraphQLError {
  const message = `Variables have more than ${maxErrors} errors: only the first ${maxErrors} are shown.`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function tooLarge(definition: VariableDefinitionNode): GraphQLError {
  const message = `Variable "$${definition.variable.name.value}" has over ${maxParts} values: send fewer at once.`;
  return new GraphQLError(message, { nodes: definition, extensions: { code: 'BAD_USER_INPUT' } });
}
