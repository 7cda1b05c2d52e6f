import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Schema and fragments that selections refer to. */
export interface SelectionContext {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** All the fields of an object that share one response key. */
export interface SelectedField {
  key: string;
  name: string;
  sets: SelectionSetNode[];
}

/** Collects the fields that are selected of an object of `type`. Conditions were evaluated before planning. */
export function collectSelectedFields(
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  context: SelectionContext,
): Iterable<SelectedField> {
  const fields = new Map<string, SelectedField>();
  const visited = new Set<string>();
  const add = (selection: SelectionNode): void => {
    if (selection.kind === Kind.FIELD) {
      const { alias, name, selectionSet } = selection;
      const key = (alias ?? name).value;
      const field = fields.get(key) ?? { key, name: name.value, sets: [] };
      if (selectionSet) field.sets.push(selectionSet);
      fields.set(key, field);
      return;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (visited.has(selection.name.value)) return;
      visited.add(selection.name.value);
    }
    const { fragment, condition } = readFragment(selection, context);
    if (condition && !includes(condition, type, context)) return;
    for (const inner of fragment?.selectionSet.selections ?? []) add(inner);
  };
  for (const { selections } of sets) for (const selection of selections) add(selection);
  return fields.values();
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
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
  return { fragment, condition: fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value) };
}

function includes(
  condition: NonNullable<ReturnType<GraphQLSchema['getType']>>,
  type: GraphQLCompositeType,
  { schema }: SelectionContext,
): boolean {
  if (condition === type) return true;
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type);
}
