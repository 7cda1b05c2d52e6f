import type { Resource, ResourceChanges, VersionedKey } from '../storage/resource.ts';
import { type CreateParts, createCreate } from './create.ts';
import { createListing, type Listing } from './listing.ts';
import { createReplaceImage } from './replace-image.ts';
import {
  boundedId,
  type Caller,
  type CreateInput,
  type DeleteInput,
  readUpdateInput,
  type UpdateInput,
} from './resource-input.ts';
import { createResourceLookup } from './resource-lookup.ts';

/** The rules of resources. A viewer sees only their own resources; others do not exist for them. */
export interface Resources extends Listing {
  /**
   * Throws BAD_USER_INPUT, IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_SERVICE_UNAVAILABLE; with an idempotency key also
   * CONFLICT and NOT_FOUND.
   */
  create(caller: Caller, input: CreateInput): Promise<Resource>;
  /** Throws the errors of `create`, NOT_FOUND, CONFLICT. */
  update(caller: Caller, input: UpdateInput): Promise<Resource>;
  /** Throws NOT_FOUND, CONFLICT. */
  delete(caller: Caller, input: DeleteInput): Promise<void>;
  find(viewerId: string, id: string): Promise<Resource | undefined>;
  /** One result for each id, in the order of the ids. */
  findMany(viewerId: string, ids: readonly string[]): Promise<(Resource | undefined)[]>;
}

export function createResources(parts: CreateParts): Resources {
  const { store, leases, deleteImage } = parts;

  const lookup = createResourceLookup(store);
  const create = createCreate(parts);
  const replaceImage = createReplaceImage({ ...parts, lookup });

  const changeTexts = async (key: VersionedKey, changes: ResourceChanges): Promise<Resource> => {
    if (Object.keys(changes).length === 0) return lookup.findAtVersion(key);
    const changed = await store.update(key, changes);
    if (!changed) throw await lookup.explainMissing(key);
    return changed;
  };

  return {
    ...createListing(store),
    create,

    async update(caller, input) {
      const { id, expectedVersion, image, ...textChanges } = readUpdateInput(input);
      const key = { ownerId: caller.viewerId, id, expectedVersion };
      return image ? replaceImage(key, { textChanges, image, caller }) : changeTexts(key, textChanges);
    },

    async delete({ viewerId, requestId }, { id, expectedVersion }) {
      const key = { ownerId: viewerId, id: boundedId(id), expectedVersion: expectedVersion ?? undefined };
      const { lease, durations } = leases.begin(requestId);
      const deleted = await store.operations.beginDeletion({ lease, ...durations, key });
      if (!deleted) throw await lookup.explainMissing(key);
      await deleteImage({ lease, imageId: deleted.image.id, requestId });
    },

    find: (viewerId, id) => store.find({ ownerId: viewerId, id: boundedId(id) }),

    async findMany(viewerId, ids) {
      const resources = await store.findMany(viewerId, ids.map(boundedId));
      const found = new Map(resources.map((resource) => [resource.id, resource]));
      return ids.map((id) => found.get(id));
    },
  };
}
