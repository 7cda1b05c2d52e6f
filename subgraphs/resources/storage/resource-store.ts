import type { OperationStore } from './operation-store.ts';
import type { RevocationStore } from './revocation-store.ts';

/** An image as the image service holds it. */
export interface StoredImage {
  /** The image service's id. */
  id: string;
  url: string;
  contentType: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** A resource as it is kept. */
export interface Resource {
  /** UUID, version 7: in the order of creation. */
  id: string;
  ownerId: string;
  title: string;
  description: string | null;
  image: StoredImage;
  createdAt: Date;
  updatedAt: Date;
  /** From 1. */
  version: number;
}

/** A resource without what is long and seldom asked for of many. */
export type ResourceSummary = Omit<Resource, 'description' | 'image'> & {
  image: Pick<StoredImage, 'url' | 'width' | 'height' | 'sizeBytes'>;
};

/** One resource of one owner; somebody else's is as if it did not exist. */
export interface ResourceKey {
  ownerId: string;
  id: string;
}

/** What an update changes; what is left out stays. The image's id and URL never change. */
export interface ResourceChanges {
  title?: string;
  description?: string | null;
  image?: Omit<StoredImage, 'id' | 'url'>;
}

/** A change that holds only where the resource is still of this version; any version where it is undefined. */
export interface VersionedKey extends ResourceKey {
  expectedVersion?: number | undefined;
}

export const resourceOrders = ['NEWEST', 'OLDEST', 'TITLE', 'RECENTLY_UPDATED'] as const;
export type ResourceOrder = (typeof resourceOrders)[number];

/** Where a resource stands in an order: what it is sorted by (milliseconds, or the title's key) and its id. */
export interface Position {
  key: number | string;
  id: string;
}

/** Every field given must hold. */
export interface ResourceFilter {
  /** In the form of `searchKey`. */
  search?: string;
  contentType?: string;
  createdFrom?: Date;
  createdBefore?: Date;
}

/** An owner's resources in an order, narrowed to a filter. */
export interface ResourceList {
  ownerId: string;
  order: ResourceOrder;
  filter: ResourceFilter;
}

/** A run of a list: the first or the last `limit` that lie strictly between two positions. */
export interface ResourceRange {
  after?: Position | undefined;
  before?: Position | undefined;
  limit: number;
  fromEnd: boolean;
}

/** Keeps resources. Every engine passes resource-store.contract.ts; what can pass by itself is SERVICE_UNAVAILABLE. */
export interface ResourceStore {
  /** False, and nothing is kept, where another resource has the image or the owner's account is purged. */
  insert(resource: Resource): Promise<boolean>;
  find(key: ResourceKey): Promise<Resource | undefined>;
  /** Those of the ids that are the owner's, each once, in any order. */
  findMany(ownerId: string, ids: readonly string[]): Promise<Resource[]>;
  /**
   * The resource as changed, its version one higher; undefined where none has the key and the version, or its image is
   * being replaced on the condition of a version, or the owner's account is purged.
   */
  update(key: VersionedKey, changes: ResourceChanges, updatedAt: Date): Promise<Resource | undefined>;
  /** In the list's order, from whichever end the range was taken. */
  range(list: ResourceList, range: ResourceRange): Promise<Resource[]>;
  /** As range, for less than half of what that costs. */
  summaries(list: ResourceList, range: ResourceRange): Promise<ResourceSummary[]>;
  count(list: ResourceList): Promise<number>;
  /** What is under way between these resources and their images. */
  operations: OperationStore;
  /** Whose tokens hold no longer, and whose resources may not be kept. */
  revocations: RevocationStore;
  /** Throws where the store does not answer. */
  ping(): void;
  close(): void;
}

/** The form in which texts are compared and titles sorted: NFKC-normalised, in lower case. */
export function searchKey(text: string): string {
  // A sigma's lower case depends on whether a word ends with it, which a part of a text cannot tell.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

/** Where a resource stands in an order. */
export function positionOf(resource: ResourceSummary, order: ResourceOrder): Position {
  const keys = {
    NEWEST: () => resource.createdAt.getTime(),
    OLDEST: () => resource.createdAt.getTime(),
    TITLE: () => searchKey(resource.title),
    RECENTLY_UPDATED: () => resource.updatedAt.getTime(),
  };
  return { key: keys[order](), id: resource.id };
}
