import type { Signal } from '../../../platform/async/signal.ts';
import type { DatabaseHealth } from '../../../platform/database/connection.ts';
import type { OperationStore } from './operation-store.ts';
import type { Resource, ResourceChanges, ResourceKey, ResourceSummary, VersionedKey } from './resource.ts';
import type { RevocationStore } from './revocation-store.ts';

export const resourceOrders = ['NEWEST', 'OLDEST', 'TITLE', 'RECENTLY_UPDATED'] as const;
export type ResourceOrder = (typeof resourceOrders)[number];

/** A resource's place in an order: its sort key (a time in milliseconds, or a title's `searchKey`), then its id. */
export interface Position {
  key: number | string;
  id: string;
}

/** A resource matches if every condition holds. */
export interface ResourceFilter {
  /** A text in the title or description, in the form of `searchKey`. */
  search?: string;
  contentType?: string;
  createdFrom?: Date;
  createdBefore?: Date;
}

/** An owner's resources that match a filter, in an order. */
export interface ResourceList {
  ownerId: string;
  order: ResourceOrder;
  filter: ResourceFilter;
}

/** The first or the last `limit` resources of a list that are strictly between two positions. */
export interface ResourceRange {
  after?: Position | undefined;
  before?: Position | undefined;
  limit: number;
  fromEnd: boolean;
}

/**
 * Stores resources. Every engine passes resource-store.contract.ts. Throws DatabaseUnavailableError if the database is
 * locked, full, read-only or damaged.
 */
export interface ResourceStore {
  /** False, and nothing is stored, if another resource has the image or the owner's account is purged. */
  insert(resource: Resource): Promise<boolean>;
  find(key: ResourceKey): Promise<Resource | undefined>;
  /** Returns the owner's resources among the ids, each once, in any order. */
  findMany(ownerId: string, ids: readonly string[]): Promise<Resource[]>;
  /**
   * Changes a resource and increments its version. Undefined if no resource has the key and version, the owner's account
   * is purged, or its image is being replaced on the condition of a version.
   */
  update(key: VersionedKey, changes: ResourceChanges): Promise<Resource | undefined>;
  /**
   * Returns a range in the list's order, also when it is taken from the end. A search reads all texts of the list: it does
   * so in steps, between which other calls are answered, and rejects with the signal's reason if that is aborted. A
   * resource that is moved between two steps may be missing, or returned twice.
   */
  range(list: ResourceList, range: ResourceRange, signal?: Signal): Promise<Resource[]>;
  /** Like `range`, at less than half its cost. */
  summaries(list: ResourceList, range: ResourceRange, signal?: Signal): Promise<ResourceSummary[]>;
  count(list: ResourceList, signal?: Signal): Promise<number>;
  /** Changes of these resources that are in progress. */
  operations: OperationStore;
  /** Revoked sessions and purged accounts. */
  revocations: RevocationStore;
  /** Rejects unless reads answer. */
  checkHealth(): Promise<DatabaseHealth>;
  /** Finishes the writes in progress. */
  close(): Promise<void>;
}

/** Normalises a text for search and for sorting by title: NFKC, lower case. */
export function searchKey(text: string): string {
  // `toLowerCase` writes Σ as ς at the end of a word, which a search text cannot know.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

export function positionOf(resource: ResourceSummary, order: ResourceOrder): Position {
  const keys = {
    NEWEST: () => resource.createdAt.getTime(),
    OLDEST: () => resource.createdAt.getTime(),
    TITLE: () => searchKey(resource.title),
    RECENTLY_UPDATED: () => resource.updatedAt.getTime(),
  };
  return { key: keys[order](), id: resource.id };
}
