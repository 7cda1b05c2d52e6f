import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

/** The fields that summaries have: all but those that are long and seldom requested. */
const summaryFields = new Set([
  ...['__typename', 'edges', 'cursor', 'node', 'nodes', 'totalCount'],
  ...['pageInfo', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  ...['id', 'title', 'owner', 'createdAt', 'updatedAt', 'version'],
  ...['image', 'url', 'width', 'height', 'sizeBytes'],
]);

const cachedResults = new WeakMap<FieldNode, boolean>();

/**
 * Tells whether a list can be answered from summaries. Cached for each field node of a document; a node counts as selected
 * whatever its `@skip` and `@include` say.
 */
export function needsOnlySummaries({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>) {
  return fieldNodes.every((node) => {
    const result = cachedResults.get(node) ?? selectsOnlySummaryFields(node.selectionSet, fragments);
    cachedResults.set(node, result);
    return result;
  });
}

function selectsOnlySummaryFields(selectionSet: SelectionSetNode | undefined, fragments: Fragments): boolean {
  // Fragments that spread each other twice would take exponential time if each spread were followed.
  const visited = new Set<string>();
  const check = (set: SelectionSetNode | undefined): boolean =>
    (set?.selections ?? []).every((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        if (visited.has(name)) return true;
        visited.add(name);
        return check(fragments[name]?.selectionSet);
      }
      const isInSummaries = selection.kind !== Kind.FIELD || summaryFields.has(selection.name.value);
      return isInSummaries && check(selection.selectionSet);
    });
  return check(selectionSet);
}
