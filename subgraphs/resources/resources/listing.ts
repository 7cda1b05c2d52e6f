import type { Signal } from '../../../platform/async/signal.ts';
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
  /** Throws BAD_USER_INPUT. */
  list(viewerId: string, input: ListInput, options?: ListOptions): Promise<ResourceConnection>;
}

export interface ListOptions {
  /** `summaries` have no description and only part of the image; `resources` by default. */
  needs?: 'resources' | 'summaries';
  /** Aborts when nobody waits for the list any more, which ends a search. */
  signal?: Signal | undefined;
}

/** Keyset pagination: a page starts from a position, so resources added in the meantime do not shift it. */
export function createListing(store: ResourceStore): Listing {
  return {
    async list(viewerId, input, { needs = 'resources', signal } = {}) {
      const { list, range } = readListInput(viewerId, input);
      // One more than the page holds shows whether another page follows.
      const oneMore = { ...range, limit: range.limit + 1 };
      const isSummary = needs === 'summaries';
      const found = isSummary ? await store.summaries(list, oneMore, signal) : await store.range(list, oneMore, signal);
      const hasMore = found.length > range.limit;
      const nodes = range.fromEnd ? found.slice(hasMore ? 1 : 0) : found.slice(0, range.limit);
      return new Page({ store, list, range, nodes, hasMore, signal });
    },
  };
}

interface PageParts {
  store: ResourceStore;
  list: ResourceList;
  range: ResourceRange;
  nodes: ResourceSummary[];
  hasMore: boolean;
  signal: Signal | undefined;
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
    const { store, list, signal } = this.parts;
    return store.count(list, signal);
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

async function hasNext({ store, list, range, nodes, hasMore, signal }: PageParts): Promise<boolean> {
  if (!range.fromEnd && hasMore) return true;
  // Without `before` the page reaches the end of the list.
  if (!range.before) return false;
  const last = nodes.at(-1);
  const after = last && positionOf(last, list.order);
  const beyond = { after: after ?? range.after, limit: 1, fromEnd: false };
  return (await store.summaries(list, beyond, signal)).length > 0;
}

async function hasPrevious({ store, list, range, nodes, hasMore, signal }: PageParts): Promise<boolean> {
  if (range.fromEnd && hasMore) return true;
  // Without `after` the page reaches the start of the list.
  if (!range.after) return false;
  const first = nodes.at(0);
  const before = first && positionOf(first, list.order);
  const beyond = { before: before ?? range.before, limit: 1, fromEnd: true };
  return (await store.summaries(list, beyond, signal)).length > 0;
}
