import {
  type FieldNode,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from './conditions.ts';
import { NotUnderstood } from './not-understood.ts';
import type { ShapeParts } from './shape.ts';

/** All the fields of an object that stand in an answer under one key. */
export interface Collected {
  key: string;
  name: string;
  /** What is asked of the field's own value, by each place that asks for it. */
  sets: SelectionSetNode[];
}

/** The fields that an object of `type` is asked for, as CollectFields of the GraphQL specification, section 6.3.2. */
export function collectFields(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  parts: ShapeParts,
): Collected[] {
  const byKey = new Map<string, Collected>();
  const addAll = (selections: readonly SelectionNode[]) => {
    for (const selection of selections) {
      if (!isIncluded(selection, parts.conditionValues)) continue;
      if (selection.kind === Kind.FIELD) add(byKey, selection);
      else addAll(selectionsIn(selection, type, parts));
    }
  };
  for (const { selections } of sets) addAll(selections);
  return [...byKey.values()];
}

function add(byKey: Map<string, Collected>, { alias, name: { value: name }, selectionSet }: FieldNode): void {
  const key = alias?.value ?? name;
  // Such keys need care everywhere that an answer goes.
  if (key in Object.prototype || (key === '__typename') !== (name === '__typename' && !alias))
    throw new NotUnderstood(`the key ${key}`);
  const known = byKey.get(key) ?? { key, name, sets: [] };
  if (selectionSet) known.sets.push(selectionSet);
  byKey.set(key, known);
}

/** What a fragment asks of an object of `type`: nothing where it is on a type that the object is not of. */
function selectionsIn(
  selection: Exclude<SelectionNode, FieldNode>,
  type: GraphQLObjectType,
  { schema, fragments }: ShapeParts,
): readonly SelectionNode[] {
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
  if (!fragment) throw new NotUnderstood('a fragment that is not there');
  const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
  const applies = !condition || condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  return applies ? fragment.selectionSet.selections : [];
}
