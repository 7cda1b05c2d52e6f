import {
  type DocumentNode,
  type GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  valueFromASTUntyped,
} from 'graphql';

/** A GraphQL request from the editors. */
export interface GraphqlRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/** The part of a GraphQL response that the page uses. */
export interface GraphqlResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly Partial<GraphQLError>[];
  extensions?: Record<string, unknown>;
}

/** A request and its response. */
export interface Exchange {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  response: GraphqlResponse;
  rootFields: RootField[];
}

export interface RootField {
  name: string;
  /** The argument `input` with its variables replaced; empty if there is none. */
  input: Record<string, unknown>;
  /** Null if the field failed. */
  result: unknown;
}

/** Joins a request and its response; undefined if the query has a syntax error or no such operation. */
export function toExchange(
  { query, variables, operationName }: GraphqlRequest,
  response: GraphqlResponse,
): Exchange | undefined {
  const document = parseOrUndefined(query);
  const operation = document && getOperationAST(document, operationName);
  if (!document || !operation) return undefined;
  const rootFields = operation.selectionSet.selections.flatMap((field): RootField[] => {
    if (field.kind !== Kind.FIELD) return [];
    const argument = field.arguments?.find(({ name }) => name.value === 'input');
    const input = argument && valueFromASTUntyped(argument.value, variables);
    const result = response.data?.[(field.alias ?? field.name).value] ?? null;
    return [{ name: field.name.value, input: isRecord(input) ? input : {}, result }];
  });
  return { document, operation, variables, response, rootFields };
}

/** Parses a document; undefined if it has a syntax error. */
export function parseOrUndefined(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** Tells whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the string at a path of keys; undefined if there is none. */
export function stringAt(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce<unknown>((parent, key) => (isRecord(parent) ? parent[key] : undefined), value);
  return typeof found === 'string' ? found : undefined;
}
