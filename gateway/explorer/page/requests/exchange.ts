import {
  type DocumentNode,
  type GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  valueFromASTUntyped,
} from 'graphql';

/** A request as the editors make it. */
export interface Asked {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/** What the gateway answers, as far as it is understood here. */
export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: readonly Partial<GraphQLError>[];
}

/** A request and its answer. */
export interface Exchange {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  answer: Answer;
  /** The fields asked for at the root. */
  fields: RootField[];
}

export interface RootField {
  name: string;
  /** The argument `input`, with variables in place; empty where there is none. */
  input: Record<string, unknown>;
  /** Null where it was refused. */
  result: unknown;
}

/** What was asked, beside what was answered; undefined where the text is no GraphQL, or names no operation of it. */
export function toExchange({ query, variables, operationName }: Asked, answer: Answer): Exchange | undefined {
  const document = parseOrNothing(query);
  const operation = document && getOperationAST(document, operationName);
  if (!document || !operation) return undefined;
  const fields = operation.selectionSet.selections.flatMap((field): RootField[] => {
    if (field.kind !== Kind.FIELD) return [];
    const argument = field.arguments?.find(({ name }) => name.value === 'input');
    const input = argument && valueFromASTUntyped(argument.value, variables);
    const result = answer.data?.[(field.alias ?? field.name).value] ?? null;
    return [{ name: field.name.value, input: isRecord(input) ? input : {}, result }];
  });
  return { document, operation, variables, answer, fields };
}

export function parseOrNothing(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text at a path of keys; undefined where there is none. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
  return typeof found === 'string' ? found : undefined;
}
