import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  isNonNullType,
  isValueNode,
  Kind,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { variableErrors } from './variable-errors.ts';

/**
 * Executes an operation by graphql-js, if nothing is wrong with its variables. A nullable variable with a default may stand where null is not allowed; if it is
 * null at run time, graphql-js gives an error without a code that need not name the variable: here it is BAD_USER_INPUT.
 */
export async function executeDocument(args: ExecutionArgs): Promise<ExecutionResult> {
  const { schema, document, operationName, variableValues } = args;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const errors = variableErrors({ schema, definitions }, variableValues ?? {});
  if (errors) return { errors };
  const result = await execute(args);
  return result.errors ? { ...result, errors: result.errors.map((error) => explain(error, args)) } : result;
}

function explain(error: GraphQLError, args: ExecutionArgs): GraphQLError {
  const [value, ...others] = error.nodes ?? [];
  // graphql-js locates errors of an argument at its value, and no other error.
  if (!value || others.length > 0 || !isValueNode(value)) return error;
  const names = nullVariablesAt(variablesIn(value), args);
  return names.length > 0 ? nullVariableError(names, error) : error;
}

/** Creates the error for variables that are null where null is not allowed. */
export function nullVariableError(
  names: readonly string[],
  { nodes = [], path }: Partial<Pick<GraphQLError, 'nodes' | 'path'>> = {},
): GraphQLError {
  const variables = names.map((name) => `"$${name}"`).join(', ');
  const message = `Variable ${variables} must not be null here: send a value, or leave it out for its default.`;
  return new GraphQLError(message, { nodes, ...(path && { path }), extensions: { code: 'BAD_USER_INPUT' } });
}

function variablesIn(node: Parameters<typeof visit>[0]): Set<VariableNode> {
  const found = new Set<VariableNode>();
  visit(node, { Variable: (variable) => void found.add(variable) });
  return found;
}

/** Names those of the uses of variables that are null in a place whose type is non-null. */
function nullVariablesAt(uses: Set<VariableNode>, { schema, document, variableValues }: NullSearch): string[] {
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  const visitor = {
    [Kind.VARIABLE]: (use: VariableNode) => {
      const name = use.name.value;
      if (uses.has(use) && isNonNullType(types.getInputType()) && variableValues?.[name] === null) names.add(name);
    },
  };
  visit(document, visitWithTypeInfo(types, visitor));
  return [...names];
}

type NullSearch = Pick<ExecutionArgs, 'schema' | 'variableValues'> & { document: DocumentNode };
