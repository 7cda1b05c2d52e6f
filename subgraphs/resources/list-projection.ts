import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** What a list can be answered with from summaries: everything but what is long and seldom shown. */
const inSummaries = new Set([
  ...['__typename', 'edges', 'cursor', 'node', 'nodes', 'totalCount'],
  ...['pageInfo', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  ...['id', 'title', 'owner', 'createdAt', 'updatedAt', 'version'],
  ...['image', 'url', 'width', 'height', 'sizeBytes'],
]);

const answers = new WeakMap<FieldNode, boolean>();

/**
 * Whether a list is asked for nothing but what summaries have. Looked up once for each place of a document that asks for
 * it: which of them are there, conditions decide anew with each request.
 */
export function needsOnlySummaries({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>) {
  return fieldNodes.every((node) => {
    const known = answers.get(node) ?? holdsOnly(node.selectionSet, fragments);
    answers.set(node, known);
    return known;
  });
}

function holdsOnly(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo['fragments']): boolean {
  return (set?.selections ?? []).every((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return holdsOnly(fragments[selection.name.value]?.selectionSet, fragments);
    const isKnown = selection.kind !== Kind.FIELD || inSummaries.has(selection.name.value);
    return isKnown && holdsOnly(selection.selectionSet, fragments);
  });
}
