import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** What a list can be answered with from summaries: everything but what is long and seldom shown. */
const inSummaries = new Set([
  ...['__typename', 'edges', 'cursor', 'node', 'nodes', 'totalCount'],
  ...['pageInfo', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  ...['id', 'title', 'owner', 'createdAt', 'updatedAt', 'version'],
  ...['image', 'url', 'width', 'height', 'sizeBytes'],
]);

const answers = new WeakMap<object, boolean>();

/** Whether a list is asked for nothing but what summaries have; looked up once for each document. */
export function needsOnlySummaries({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>) {
  const [first] = fieldNodes;
  if (!first) return false;
  const known = answers.get(first) ?? fieldNodes.every(({ selectionSet }) => holdsOnly(selectionSet, fragments));
  answers.set(first, known);
  return known;
}

function holdsOnly(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo['fragments']): boolean {
  return (set?.selections ?? []).every((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return holdsOnly(fragments[selection.name.value]?.selectionSet, fragments);
    const isKnown = selection.kind !== Kind.FIELD || inSummaries.has(selection.name.value);
    return isKnown && holdsOnly(selection.selectionSet, fragments);
  });
}
