import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { withoutTokens } from '../../../platform/graphql/documents/compact-document.ts';
import { nullVariableError } from '../../../platform/graphql/documents/execute-document.ts';
import {
  type Fragments,
  fieldDefinitionOf,
  fragmentsOf,
} from '../../../platform/graphql/documents/operation-document.ts';
import { addPlaceholder, createPlaceholders, type FieldPath, type Placeholders } from './placeholders.ts';

/** An operation without conditions and named fragments. */
export interface CollectedOperation {
  document: DocumentNode;
  placeholders: Placeholders;
}

interface Context {
  schema: GraphQLSchema;
  fragments: Fragments;
  /** Values of the variables in conditions; null where one is null although it has a default. */
  values: Readonly<Record<string, unknown>>;
  placeholders: Placeholders;
}

/** Selections of a type, and the path of the objects that they are selected of. */
interface Selected<Type> {
  type: Type;
  selections: readonly SelectionNode[];
  path: FieldPath;
}

/**
 * Evaluates the conditions of a document's operation and merges its fields, by the CollectFields of graphql-js. What comes
 * out is bounded by the limit of selections, which counts those of a fragment for each spread. Throws a GraphQLError if
 * the condition of a root field is null.
 */
export function collectOperation(
  document: DocumentNode,
  { schema, values }: Pick<Context, 'schema' | 'values'>,
): CollectedOperation {
  const operation = getOperationAST(document);
  const type = operation && schema.getRootType(operation.operation);
  if (!type) throw new Error('The document holds no operation, or several.');
  const placeholders = createPlaceholders(document, type);
  const fragments = fragmentsOf(document);
  const selected = { type, selections: operation.selectionSet.selections, path: [] };
  const selections = collect(selected, { schema, fragments, values, placeholders });
  const [error] = placeholders.root.hasPlaceholder ? placeholders.errors : [];
  if (error) throw error;
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  return { document: { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] }, placeholders };
}

/** Collects what clients select of a value. Puts a placeholder where nothing is left, and for a condition that is null. */
function collect({ type, selections, path }: Selected<GraphQLNamedType>, context: Context): SelectionNode[] {
  try {
    const collected = isObjectType(type)
      ? collectObject({ type, selections, path }, context)
      : selections.flatMap((selection) => collectAbstract(selection, { type, path }, context));
    return collected.length > 0 ? collected : [addPlaceholder(context.placeholders, { path })];
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [addPlaceholder(context.placeholders, { path, error: nullConditionError(error) })];
  }
}

function collectObject({ type, selections, path }: Selected<GraphQLObjectType>, context: Context): FieldNode[] {
  const { schema, fragments, values } = context;
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  const fields = collectFields(schema, fragments, values, type, selectionSet);
  return [...fields.values()].map((nodes) => collectField(nodes, { type, path }, context));
}

/**
 * Keeps the fragments of an abstract type: a copy for each type of its objects could multiply with each level. A null
 * condition may then be evaluated in a second spread of a fragment, too, and its null stop at the interface's field.
 */
function collectAbstract(
  selection: SelectionNode,
  { type, path }: { type: GraphQLNamedType; path: FieldPath },
  context: Context,
): SelectionNode[] {
  const { schema, fragments, values } = context;
  if (getDirectiveValues(GraphQLSkipDirective, selection, values)?.if === true) return [];
  if (getDirectiveValues(GraphQLIncludeDirective, selection, values)?.if === false) return [];
  if (selection.kind === Kind.FIELD) return [collectField([selection], { type, path }, context)];
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
  if (!fragment) return [];
  const { typeCondition } = fragment;
  const inner = (typeCondition && schema.getType(typeCondition.name.value)) ?? type;
  const selections = collect({ type: inner, selections: fragment.selectionSet.selections, path }, context);
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  return [{ kind: Kind.INLINE_FRAGMENT, ...(typeCondition && { typeCondition }), selectionSet }];
}

/** Merges the places of one field. Their arguments are equal, but for their order. */
function collectField(
  nodes: readonly FieldNode[],
  { type, path }: { type: GraphQLNamedType; path: FieldPath },
  context: Context,
): FieldNode {
  const [node] = nodes;
  if (!node) throw new Error('A collected field has no node.');
  const field = { ...node, directives: [] };
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  if (selections.length === 0) return field;
  const definition = fieldDefinitionOf(type, node.name.value);
  if (!definition) throw new Error(`${type.name} has no field ${node.name.value}.`);
  const inner = [...path, { key: (node.alias ?? node.name).value, type: definition.type }];
  const below = collect({ type: getNamedType(definition.type), selections, path: inner }, context);
  return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: below } };
}

/** graphql-js names no variable, and locates the error at the condition's value. */
function nullConditionError({ nodes = [] }: GraphQLError): GraphQLError {
  const names = nodes.flatMap((node) => (node.kind === Kind.VARIABLE ? [node.name.value] : []));
  return nullVariableError(names, { nodes: withoutTokens(nodes).part });
}
