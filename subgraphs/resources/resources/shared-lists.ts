import type { Listing, ResourceConnection } from './listing.ts';

/** The lists of one request: each is read and counted once, however many fields select it. */
export interface SharedLists extends Listing {
  /** Reads every list again from now on, because a mutation may change them. */
  forget(): void;
}

/** Shares the lists of one request. */
export function shareLists({ list }: Listing): SharedLists {
  const lists = new Map<string, Promise<ResourceConnection>>();
  return {
    list: (viewerId, input, needs) => {
      const key = JSON.stringify([viewerId, needs, input]);
      const shared = lists.get(key) ?? list(viewerId, input, needs).then(computeOnce);
      lists.set(key, shared);
      return shared;
    },
    forget: () => lists.clear(),
  };
}

function computeOnce(page: ResourceConnection): ResourceConnection {
  const { nodes, pageInfo } = page;
  return {
    nodes,
    edges: once(() => page.edges()),
    totalCount: once(() => page.totalCount()),
    pageInfo: {
      hasNextPage: once(() => pageInfo.hasNextPage()),
      hasPreviousPage: once(() => pageInfo.hasPreviousPage()),
      startCursor: () => pageInfo.startCursor(),
      endCursor: () => pageInfo.endCursor(),
    },
  };
}

function once<Value>(compute: () => Value): () => Value {
  let computed: { value: Value } | undefined;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}
