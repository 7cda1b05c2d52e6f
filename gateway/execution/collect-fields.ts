import {
  type FieldNode,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, requireSupported } from './conditions.ts';
import type { ShapeParts } from './response-shape.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

/** All the fields of an object that stand in an answer under one key. */
export interface Collected {
  key: string;
  name: string;
  /** What is asked of the field's own value, by each place that asks for it. */
  sets: SelectionSetNode[];
}

/** What an object is asked for. */
export interface CollectedFields {
  fields: Collected[];
  /** Of a fragment on an abstract type, Apollo's rules take the object's own word whether it is of that type. */
  hasAbstractFragment: boolean;
}

/** The fields that an object of `type` is asked for, as CollectFields of the GraphQL specification, section 6.3.2. */
export function collectFields(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  parts: ShapeParts,
): CollectedFields {
  const byKey = new Map<string, Collected>();
  let hasAbstractFragment = false;
  const addAll = (selections: readonly SelectionNode[]) => {
    for (const selection of selections) {
      requireSupported(selection);
      if (!isIncluded(selection, parts.conditionValues)) continue;
      if (selection.kind === Kind.FIELD) {
        add(byKey, selection);
        continue;
      }
      const { fragment, condition } = readFragment(selection, parts);
      const isAbstract = isAbstractType(condition);
      hasAbstractFragment ||= isAbstract;
      if (!condition || condition === type || (isAbstract && parts.schema.isSubType(condition, type)))
        addAll(fragment.selectionSet.selections);
    }
  };
  for (const { selections } of sets) addAll(selections);
  return { fields: [...byKey.values()], hasAbstractFragment };
}

function add(byKey: Map<string, Collected>, { alias, name: { value: name }, selectionSet }: FieldNode): void {
  const key = alias?.value ?? name;
  // What stands under this key must be a type's name.
  if (alias?.value === '__typename') throw new UnsupportedPlanError('another field by the name of __typename');
  const known = byKey.get(key) ?? { key, name, sets: [] };
  if (selectionSet) known.sets.push(selectionSet);
  byKey.set(key, known);
}

function readFragment(selection: Exclude<SelectionNode, FieldNode>, { schema, fragments }: ShapeParts) {
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
  if (!fragment) throw new UnsupportedPlanError('a fragment that is not there');
  return { fragment, condition: fragment.typeCondition && schema.getType(fragment.typeCondition.name.value) };
}
