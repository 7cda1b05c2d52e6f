import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  separateOperations,
  valueFromASTUntyped,
} from 'graphql';

/** The text of a valid document, and the name that selects one of its operations. */
export interface OperationSource {
  source: string;
  operationName: string | undefined;
}

/**
 * Reduces a valid document to one operation and the fragments that it uses. Other operations of the document have
 * variables of their own, so their fragments make no sense beside this one.
 */
export function operationDocument(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 1 || operationName === undefined) return document;
  return separateOperations(document)[operationName] ?? document;
}

/** Parses a document again for one of its operations. */
export function parseOperationDocument(
  { source, operationName }: OperationSource,
  options?: ParseOptions,
): DocumentNode {
  return operationDocument(parse(source, options), operationName);
}

/** The values that an operation's variables have if the client leaves them out. */
export function variableDefaults({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
