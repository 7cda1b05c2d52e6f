import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Fragments } from '../../platform/graphql/documents/operation-document.ts';
import { UnsupportedPlanError } from './run.ts';

/** All the fields of an object that share one response key. */
export interface CollectedField {
  key: string;
  name: string;
  /** The selection sets of the field's own value, one for each place that selects it. */
  sets: SelectionSetNode[];
}

export interface CollectedFields {
  fields: CollectedField[];
  /** With a fragment on an abstract type, Apollo's rules look at the object's `__typename`. */
  hasAbstractFragment: boolean;
}

/** Schema and fragments that selections refer to. */
export interface SelectionContext {
  schema: GraphQLSchema;
  fragments: Fragments;
}

/**
 * Collects the fields that are selected of a value of `type`: CollectFields, GraphQL specification, section 6.3.2. There
 * are no conditions any more. Throws UnsupportedPlanError for other directives.
 */
export function collectFields(
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  context: SelectionContext,
): CollectedFields {
  const byKey = new Map<string, CollectedField>();
  // A second spread of a fragment adds nothing, and fragments that spread each other twice would take exponential time.
  const visited = new Set<string>();
  let hasAbstractFragment = false;
  const addAll = (selections: readonly SelectionNode[]) => {
    for (const selection of selections) {
      if (selection.directives?.length) throw new UnsupportedPlanError('a directive');
      if (selection.kind === Kind.FIELD) {
        add(byKey, selection);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
      }
      const { fragment, condition } = readFragment(selection, context);
      hasAbstractFragment ||= isAbstractType(condition);
      if (!condition || includes(condition, type, context)) addAll(fragment.selectionSet.selections);
    }
  };
  for (const { selections } of sets) addAll(selections);
  return { fields: [...byKey.values()], hasAbstractFragment };
}

function add(byKey: Map<string, CollectedField>, { alias, name: { value: name }, selectionSet }: FieldNode): void {
  const key = alias?.value ?? name;
  const field = byKey.get(key) ?? { key, name, sets: [] };
  if (selectionSet) field.sets.push(selectionSet);
  byKey.set(key, field);
}

function includes(condition: GraphQLNamedType, type: GraphQLCompositeType, { schema }: SelectionContext): boolean {
  if (condition === type) return true;
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type);
}

/** Lists the types that a selection has fragments on, and those that they include. */
export function typesWithFragments(
  { selections }: SelectionSetNode,
  context: SelectionContext,
): GraphQLCompositeType[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [];
    const { condition } = readFragment(selection, context);
    if (!isCompositeType(condition)) return [];
    return isAbstractType(condition) ? [condition, ...context.schema.getPossibleTypes(condition)] : [condition];
  });
}

function readFragment(selection: Exclude<SelectionNode, FieldNode>, { schema, fragments }: SelectionContext) {
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
  if (!fragment) throw new UnsupportedPlanError('an undefined fragment');
  return { fragment, condition: fragment.typeCondition && schema.getType(fragment.typeCondition.name.value) };
}
