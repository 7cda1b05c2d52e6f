import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  SchemaMetaFieldDef,
  separateOperations,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
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

/** An operation, and the fragments that it may spread. */
export interface ReadOperation {
  operation: OperationDefinitionNode;
  fragments: Fragments;
}

/** Parses a document that holds one operation. */
export function readOperation(source: string): ReadOperation {
  const document = parse(source, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('The document holds no operation.');
  return { operation, fragments: fragmentsOf(document) };
}

/** Fragments by their names, as graphql-js takes them. */
export type Fragments = Record<string, FragmentDefinitionNode>;

/** Reads the fragments of a document, which need not be valid: no name is found that it does not define. */
export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = Object.create(null) as Fragments;
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return fragments;
}

/** Finds the definition of a field that a document may select of a type, those of introspection included. */
export function fieldDefinitionOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  const meta = [TypeNameMetaFieldDef, SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
  return meta ?? (isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined);
}

/** The values that an operation's variables have if the client leaves them out. */
export function variableDefaults({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
