import { type FieldNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import { type Fragments, readOperation } from '../../platform/graphql/documents/operation-document.ts';

type Variables = Record<string, unknown>;

/** An operation as a query plan has it for a subgraph. */
interface Operation {
  query: string;
  variables?: Variables | undefined;
}

/**
 * Lists the paths, in the subgraph's response, of each field that the operation selects on a root type or an entity. It
 * parses the operation, which no client keeps parsed for the sake of outages.
 */
export function requestedPaths({ query, variables = {} }: Operation): (string | number)[][] {
  const { operation, fragments } = readOperation(query);
  const fields = fieldsOf(operation.selectionSet, { fragments });
  const { representations } = variables;
  if (!Array.isArray(representations)) return keysOf(fields).map((key) => [key]);
  return representations.flatMap(({ __typename: type }: { __typename?: string }, index) => {
    const inner = fields.flatMap(({ selectionSet }) =>
      selectionSet ? fieldsOf(selectionSet, { fragments, type }) : [],
    );
    return keysOf(inner).map((key) => ['_entities', index, key]);
  });
}

interface SelectionContext {
  fragments: Fragments;
  /** Fragments on another type are skipped. */
  type?: string | undefined;
}

function fieldsOf(set: SelectionSetNode, { fragments, type }: SelectionContext): FieldNode[] {
  const fields: FieldNode[] = [];
  // A second spread of a fragment adds nothing.
  const visited = new Set<string>();
  const add = (selection: SelectionNode): void => {
    if (selection.kind === Kind.FIELD) {
      if (keyOf(selection) !== '__typename') fields.push(selection);
      return;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (visited.has(selection.name.value)) return;
      visited.add(selection.name.value);
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
    const isOfType = !type || !fragment?.typeCondition || fragment.typeCondition.name.value === type;
    if (isOfType) for (const inner of fragment?.selectionSet.selections ?? []) add(inner);
  };
  for (const selection of set.selections) add(selection);
  return fields;
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Fields that are selected several times have one place in the response. */
const keysOf = (fields: FieldNode[]): string[] => [...new Set(fields.map(keyOf))];
