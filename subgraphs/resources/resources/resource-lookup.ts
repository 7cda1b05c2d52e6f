import type { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import { accountDeleted, inProgress, notFound, versionPassed } from '../errors.ts';
import type { Resource, ResourceKey, ResourceStore, VersionedKey } from '../storage/resource-store.ts';

/** Finds what is to be changed, or says why it cannot be. */
export interface ResourceLookup {
  /** The resource of a key, of the version that is expected; NOT_FOUND or CONFLICT. */
  findAtVersion(key: VersionedKey): Promise<Resource>;
  /** Why nothing has the key and may be changed. */
  explainMissing(key: VersionedKey): Promise<ApiError<ErrorExtensions>>;
  /** Why a change was not kept: that the account is deleted, that the resource is, or else `otherwise`. */
  explainLost(key: ResourceKey, otherwise: ApiError<ErrorExtensions>): Promise<ApiError<ErrorExtensions>>;
}

export function createResourceLookup(store: ResourceStore): ResourceLookup {
  const isOther = ({ expectedVersion }: VersionedKey, { version }: Resource) =>
    expectedVersion !== undefined && expectedVersion !== version;
  return {
    async findAtVersion(key) {
      const found = await store.find(key);
      if (!found) throw notFound();
      if (isOther(key, found)) throw versionPassed(found.version);
      return found;
    },
    async explainMissing(key) {
      if (await store.revocations.isPurged(key.ownerId)) return accountDeleted();
      const found = await store.find(key);
      if (!found) return notFound();
      return isOther(key, found) ? versionPassed(found.version) : inProgress();
    },
    async explainLost(key, otherwise) {
      if (await store.revocations.isPurged(key.ownerId)) return accountDeleted();
      return (await store.find(key)) ? otherwise : notFound();
    },
  };
}
