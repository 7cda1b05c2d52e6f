import type { ResourceSummary } from '../storage/resource.ts';
import { positionOf, type ResourceList, type ResourceRange, type ResourceStore } from '../storage/resource-store.ts';
import { cursorWriter, writeCursor } from './cursor.ts';
import { type ListInput, readListInput } from './list-input.ts';

/** A page of the Relay cursor connections specification. Methods compute a field when it is selected. */
export interface ResourceConnection {
  nodes: ResourceSummary[];
  pageInfo: PageInfo;
  edges(): ResourceEdge[];
  totalCount(): Promise<number>;
}

export interface PageInfo {
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
  startCursor(): string | null;
  endCursor(): string | null;
}

interface ResourceEdge {
  cursor: string;
  node: ResourceSummary;
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
      return new Page({ store, list, range, nodes, hasMore });
    },
  };
}

interface PageParts {
  store: ResourceStore;
  list: ResourceList;
  range: ResourceRange;
  nodes: ResourceSummary[];
  hasMore: boolean;
}

/** A class, because each request has pages, and most select few of their fields. */
class Page implements ResourceConnection, PageInfo {
  readonly nodes: ResourceSummary[];
  private readonly parts: PageParts;

  constructor(parts: PageParts) {
    this.nodes = parts.nodes;
    this.parts = parts;
  }

  get pageInfo(): PageInfo {
    return this;
  }

  edges(): ResourceEdge[] {
    const { list } = this.parts;
    const write = cursorWriter(list);
    return this.nodes.map((node) => ({ cursor: write(positionOf(node, list.order)), node }));
  }

  totalCount(): Promise<number> {
    const { store, list } = this.parts;
    return store.count(list);
  }

  hasNextPage(): Promise<boolean> {
    return hasNext(this.parts);
  }

  hasPreviousPage(): Promise<boolean> {
    return hasPrevious(this.parts);
  }

  startCursor(): string | null {
    return this.cursorOf(this.nodes.at(0));
  }

  endCursor(): string | null {
    return this.cursorOf(this.nodes.at(-1));
  }

  private cursorOf(node: ResourceSummary | undefined): string | null {
    const { list } = this.parts;
    return node ? writeCursor(list, positionOf(node, list.order)) : null;
  }
}

async function hasNext({ store, list, range, nodes, hasMore }: PageParts): Promise<boolean> {
  if (!range.fromEnd && hasMore) return true;
  // Without `before` the page reaches the end of the list.
  if (!range.before) return false;
  const last = nodes.at(-1);
  const after = last && positionOf(last, list.order);
  return (await store.summaries(list, { after: after ?? range.after, limit: 1, fromEnd: false })).length > 0;
}

async function hasPrevious({ store, list, range, nodes, hasMore }: PageParts): Promise<boolean> {
  if (range.fromEnd && hasMore) return true;
  // Without `after` the page reaches the start of the list.
  if (!range.after) return false;
  const first = nodes.at(0);
  const before = first && positionOf(first, list.order);
  return (await store.summaries(list, { before: before ?? range.before, limit: 1, fromEnd: true })).length > 0;
}
