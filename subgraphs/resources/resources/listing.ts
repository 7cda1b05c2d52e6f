import type { ResourceSummary } from '../storage/resource.ts';
import { positionOf, type ResourceList, type ResourceRange, type ResourceStore } from '../storage/resource-store.ts';
import { cursorWriter } from './cursor.ts';
import { type ListInput, readListInput } from './list-input.ts';

/** A page of the Relay cursor connections specification. Functions compute their field only when it is selected. */
export interface ResourceConnection {
  edges: () => { cursor: string; node: ResourceSummary }[];
  nodes: ResourceSummary[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

export interface PageInfo {
  hasNextPage: () => Promise<boolean>;
  hasPreviousPage: () => Promise<boolean>;
  startCursor: () => string | null;
  endCursor: () => string | null;
}

export interface Listing {
  /** Throws BAD_USER_INPUT. With `needs: 'summaries'` the nodes have no description and only part of the image. */
  list(viewerId: string, input: ListInput, needs?: 'resources' | 'summaries'): Promise<ResourceConnection>;
}

/** Keyset pagination: a page starts from a position, so resources added in the meantime do not shift it. */
export function createListing(store: ResourceStore): Listing {
  return {
    async list(viewerId, input, needs = 'resources') {
      const { list, range } = readListInput(viewerId, input);
      // One more than the page holds shows whether another page follows.
      const oneMore = { ...range, limit: range.limit + 1 };
      const found = needs === 'summaries' ? await store.summaries(list, oneMore) : await store.range(list, oneMore);
      const hasMore = found.length > range.limit;
      const nodes = range.fromEnd ? found.slice(hasMore ? 1 : 0) : found.slice(0, range.limit);
      return toConnection({ store, list, range, nodes, hasMore });
    },
  };
}

interface Page {
  store: ResourceStore;
  list: ResourceList;
  range: ResourceRange;
  nodes: ResourceSummary[];
  hasMore: boolean;
}

function toConnection(page: Page): ResourceConnection {
  const { store, list, nodes } = page;
  const writeCursor = cursorWriter(list);
  const cursorOf = (node: ResourceSummary) => writeCursor(positionOf(node, list.order));
  const first = nodes.at(0);
  const last = nodes.at(-1);
  return {
    edges: () => nodes.map((node) => ({ cursor: cursorOf(node), node })),
    nodes,
    pageInfo: {
      hasNextPage: () => hasNext(page),
      hasPreviousPage: () => hasPrevious(page),
      startCursor: () => (first ? cursorOf(first) : null),
      endCursor: () => (last ? cursorOf(last) : null),
    },
    totalCount: () => store.count(list),
  };
}

async function hasNext({ store, list, range, nodes, hasMore }: Page): Promise<boolean> {
  if (!range.fromEnd && hasMore) return true;
  // Without `before` the page reaches the end of the list.
  if (!range.before) return false;
  const last = nodes.at(-1);
  const after = last && positionOf(last, list.order);
  return (await store.summaries(list, { after: after ?? range.after, limit: 1, fromEnd: false })).length > 0;
}

async function hasPrevious({ store, list, range, nodes, hasMore }: Page): Promise<boolean> {
  if (range.fromEnd && hasMore) return true;
  // Without `after` the page reaches the start of the list.
  if (!range.after) return false;
  const first = nodes.at(0);
  const before = first && positionOf(first, list.order);
  return (await store.summaries(list, { before: before ?? range.before, limit: 1, fromEnd: true })).length > 0;
}
