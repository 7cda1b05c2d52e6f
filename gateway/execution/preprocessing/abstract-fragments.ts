import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  type Fragments,
  fieldDefinitionOf,
  fragmentsOf,
} from '../../../platform/graphql/documents/operation-document.ts';
import type { Executor } from '../../../platform/graphql/prepared-operations.ts';
import { rewrittenOperation } from './rewritten-operation.ts';

/**
 * Writes out fragments on an interface or a union where the type of the object is known. Apollo's executor drops the
 * fragments within such a fragment, unless the `__typename` of the object was fetched.
 */
export function writeOutAbstractFragments(executor: Executor): Executor {
  const { schema } = executor;
  return {
    ...executor,
    prepare: (operation) => {
      const { document } = operation;
      const context = { schema, fragments: fragmentsOf(document) };
      return executor.prepare(
        hasNestedFragment(document, context) ? rewrittenOperation(writeOut(document, context)) : operation,
      );
    },
  };
}

interface Context {
  schema: GraphQLSchema;
  fragments: Fragments;
}

type Fragment = InlineFragmentNode | FragmentDefinitionNode;

function rootOf(document: DocumentNode, { schema }: Context) {
  const operation = getOperationAST(document);
  const type = operation && schema.getRootType(operation.operation);
  if (!type) throw new Error('The document holds no operation, or several.');
  return { operation, type };
}

function fragmentOf(selection: Exclude<SelectionNode, FieldNode>, { fragments }: Context): Fragment {
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
  if (!fragment) throw new Error('The document spreads a fragment that it does not hold.');
  return fragment;
}

function conditionOf({ typeCondition }: Fragment, parent: GraphQLCompositeType, { schema }: Context) {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  return isCompositeType(type) ? type : parent;
}

/** The type of a field's objects; undefined for leaves. */
function valueTypeOf(parent: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined {
  const type = getNamedType(fieldDefinitionOf(parent, name.value)?.type);
  return isCompositeType(type) ? type : undefined;
}

/** Tells a document with a fragment in a fragment on an abstract type, where the type of the object is known. */
function hasNestedFragment(document: DocumentNode, context: Context): boolean {
  // A fragment is looked at once for each type of objects that it is spread at.
  const visited = new Set<string>();
  const find = (parent: GraphQLCompositeType, { selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) {
        const type = valueTypeOf(parent, selection);
        return type && selection.selectionSet ? find(type, selection.selectionSet) : false;
      }
      const fragment = fragmentOf(selection, context);
      const condition = conditionOf(fragment, parent, context);
      const isAbstractHere = isObjectType(parent) && isAbstractType(condition);
      if (isAbstractHere && fragment.selectionSet.selections.some(({ kind }) => kind !== Kind.FIELD)) return true;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const key = `${parent.name} ${selection.name.value}`;
        if (visited.has(key)) return false;
        visited.add(key);
      }
      return find(isAbstractHere ? parent : condition, fragment.selectionSet);
    });
  const { type, operation } = rootOf(document, context);
  return find(type, operation.selectionSet);
}

/** Writes the document's operation without fragments on abstract types at objects whose type is known. */
function writeOut(document: DocumentNode, context: Context): DocumentNode {
  const { type, operation } = rootOf(document, context);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const selectionSet = writeOutSelections(type, operation.selectionSet, context);
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }, ...fragments] };
}

function writeOutSelections(
  parent: GraphQLCompositeType,
  { selections }: SelectionSetNode,
  context: Context,
): SelectionSetNode {
  const writtenOut = selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return [writeOutField(parent, selection, context)];
    const fragment = fragmentOf(selection, context);
    const condition = conditionOf(fragment, parent, context);
    const isKnown = isObjectType(parent);
    if (isKnown && !includes(condition, parent, context)) return [];
    const selectionSet = writeOutSelections(isKnown ? parent : condition, fragment.selectionSet, context);
    const { directives = [] } = selection;
    if (selectionSet.selections.length === 0 || (isKnown && directives.length === 0)) return selectionSet.selections;
    const typeCondition = !isKnown && fragment.typeCondition && { typeCondition: fragment.typeCondition };
    return [{ kind: Kind.INLINE_FRAGMENT, ...typeCondition, directives, selectionSet }];
  });
  return { kind: Kind.SELECTION_SET, selections: writtenOut };
}

function writeOutField(parent: GraphQLCompositeType, field: FieldNode, context: Context): FieldNode {
  const type = valueTypeOf(parent, field);
  if (!type || !field.selectionSet) return field;
  const selectionSet = writeOutSelections(type, field.selectionSet, context);
  // A field of which nothing applies stays as it is: its object is empty.
  return selectionSet.selections.length > 0 ? { ...field, selectionSet } : field;
}

const includes = (condition: GraphQLCompositeType, type: GraphQLCompositeType, { schema }: Context) =>
  condition === type || (isAbstractType(condition) && isObjectType(type) && schema.isSubType(condition, type));
