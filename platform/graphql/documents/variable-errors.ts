import { GraphQLError, type GraphQLSchema, getVariableValues, type VariableDefinitionNode } from 'graphql';

/** graphql-js shows the whole value in each error: without a limit, an input of unknown keys would take gigabytes. */
const maxErrors = 10;

/**
 * Finds what is wrong with the variables of an operation, as graphql-js words it: BAD_USER_INPUT. After ten errors comes a
 * last one, which says that there may be more.
 */
export function variableErrors(
  { schema, definitions }: { schema: GraphQLSchema; definitions: readonly VariableDefinitionNode[] },
  variables: Readonly<Record<string, unknown>> = {},
): readonly GraphQLError[] | undefined {
  if (definitions.length === 0) return undefined;
  const { errors } = getVariableValues(schema, definitions, variables, { maxErrors });
  return errors && errors.length > maxErrors ? [...errors.slice(0, maxErrors), tooMany()] : errors;
}

function tooMany(): GraphQLError {
  const message = `Variables have more than ${maxErrors} errors: only the first ${maxErrors} are shown.`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
