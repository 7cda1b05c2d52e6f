import type { Signal } from '../../../platform/async/signal.ts';
import type { ListInput } from './list-input.ts';
import type { Listing, PageInfo, ResourceConnection } from './listing.ts';

/** The lists of one request: each is read and counted once, however many fields select it. */
export interface SharedLists extends Listing {
  /** Reads every list again from now on, because a mutation may change them. */
  forget(): void;
}

/** No list takes a longer text. */
const maxTextLength = 64 * 1024;

/** Shares the lists of one request, whose signal aborts when nobody waits for it any more. */
export function shareLists({ list }: Listing, signal?: Signal): SharedLists {
  const lists = new Map<string, Promise<ResourceConnection>>();
  return {
    list(viewerId, input, options) {
      // A key would be as long as the text, for each list of a request that repeats it.
      if (hasLongText(input)) return list(viewerId, input, options);
      const key = JSON.stringify([viewerId, options?.needs, input]);
      const shared =
        lists.get(key) ?? list(viewerId, input, { ...options, signal }).then((page) => new SharedPage(page));
      lists.set(key, shared);
      return shared;
    },
    forget() {
      lists.clear();
    },
  };
}

function hasLongText({ after, before, filter }: ListInput): boolean {
  return isLong(after) || isLong(before) || Object.values(filter ?? {}).some(isLong);
}

const isLong = (text: unknown) => typeof text === 'string' && text.length > maxTextLength;

/** Computes each field of a page once. */
class SharedPage implements ResourceConnection, PageInfo {
  readonly nodes: ResourceConnection['nodes'];
  private readonly page: ResourceConnection;
  private computedEdges: ReturnType<ResourceConnection['edges']> | undefined;
  private count: Promise<number> | undefined;
  private hasNext: Promise<boolean> | undefined;
  private hasPrevious: Promise<boolean> | undefined;

  constructor(page: ResourceConnection) {
    this.nodes = page.nodes;
    this.page = page;
  }

  get pageInfo(): PageInfo {
    return this;
  }

  edges() {
    this.computedEdges ??= this.page.edges();
    return this.computedEdges;
  }

  totalCount(): Promise<number> {
    this.count ??= this.page.totalCount();
    return this.count;
  }

  hasNextPage(): Promise<boolean> {
    this.hasNext ??= this.page.pageInfo.hasNextPage();
    return this.hasNext;
  }

  hasPreviousPage(): Promise<boolean> {
    this.hasPrevious ??= this.page.pageInfo.hasPreviousPage();
    return this.hasPrevious;
  }

  startCursor(): string | null {
    return this.page.pageInfo.startCursor();
  }

  endCursor(): string | null {
    return this.page.pageInfo.endCursor();
  }
}
