import type { Resource, ResourceKey, VersionedKey } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { accountDeleted, inProgress, notFound, type ResourceError, versionPassed } from './errors.ts';

/** Finds a resource that is to be changed, or the error that explains why it cannot be. */
export interface ResourceLookup {
  /** The resource at the expected version. Throws NOT_FOUND or CONFLICT. */
  findAtVersion(key: VersionedKey): Promise<Resource>;
  /** The error for a change that found no resource of this key and version. */
  explainMissing(key: VersionedKey): Promise<ResourceError>;
  /** The error for a change that was not stored: the account or the resource was deleted, or else `otherwise`. */
  explainLost(key: ResourceKey, otherwise: ResourceError): Promise<ResourceError>;
}

export function createResourceLookup(store: ResourceStore): ResourceLookup {
  const isOtherVersion = ({ expectedVersion }: VersionedKey, { version }: Resource) =>
    expectedVersion !== undefined && expectedVersion !== version;
  return {
    async findAtVersion(key) {
      const found = await store.find(key);
      if (!found) throw notFound();
      if (isOtherVersion(key, found)) throw versionPassed(found.version);
      return found;
    },
    async explainMissing(key) {
      if (await store.revocations.isPurged(key.ownerId)) return accountDeleted();
      const found = await store.find(key);
      if (!found) return notFound();
      return isOtherVersion(key, found) ? versionPassed(found.version) : inProgress();
    },
    async explainLost(key, otherwise) {
      if (await store.revocations.isPurged(key.ownerId)) return accountDeleted();
      return (await store.find(key)) ? otherwise : notFound();
    },
  };
}
