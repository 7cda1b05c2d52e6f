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

export interface ConditionalSet {
  selectionSet: SelectionSetNode;
  /** True below a `@skip` or an `@include`, which may exclude all that is selected. */
  isConditional: boolean;
}

/** All the fields of an object that share one response key. */
export interface ConditionalField {
  key: string;
  name: string;
  sets: ConditionalSet[];
  /** True if conditions may exclude all of them. */
  isConditional: boolean;
}

/** Collects the fields that are selected of an object of `type`, whatever the values of conditions. */
export function collectConditionalFields(
  type: GraphQLCompositeType,
  sets: readonly ConditionalSet[],
  context: SelectionContext,
): Iterable<ConditionalField> {
  const fields = new Map<string, ConditionalField>();
  const addField = ({ alias, name, selectionSet }: FieldNode, isConditional: boolean) => {
    const key = (alias ?? name).value;
    const field = fields.get(key) ?? { key, name: name.value, sets: [], isConditional: true };
    field.isConditional &&= isConditional;
    if (selectionSet) field.sets.push({ selectionSet, isConditional });
    fields.set(key, field);
  };
  // A second spread of a fragment adds nothing, unless only the first has a condition.
  const visited = new Set<string>();
  const add = (selection: SelectionNode, isInCondition: boolean): void => {
    const isConditional = isInCondition || Boolean(selection.directives?.length);
    if (selection.kind === Kind.FIELD) {
      addField(selection, isConditional);
      return;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const spread = `${selection.name.value} ${isConditional}`;
      if (visited.has(spread)) return;
      visited.add(spread);
    }
    const { fragment, condition } = readFragment(selection, context);
    if (condition && !includes(condition, type, context)) return;
    for (const inner of fragment?.selectionSet.selections ?? []) add(inner, isConditional);
  };
  for (const { selectionSet, isConditional } of sets)
    for (const selection of selectionSet.selections) add(selection, isConditional);
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
