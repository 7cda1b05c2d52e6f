import type { ImageClient } from '../image-service/client.ts';
import type { ReadImageInput } from '../images/image-reader.ts';
import { createCreate } from '../operations/create.ts';
import type { DisposeOfImage } from '../operations/image-disposal.ts';
import type { Leases } from '../operations/leases.ts';
import { createReplace } from '../operations/replace.ts';
import type { ServedSha256 } from '../operations/served-sha256.ts';
import type { Resource, ResourceChanges, ResourceStore, VersionedKey } from '../storage/resource-store.ts';
import type { Caller } from './caller.ts';
import { createListing, type Listing } from './listing.ts';
import { type CreateInput, readUpdateInput, type UpdateInput } from './resource-input.ts';
import { createResourceLookup } from './resource-lookup.ts';

export interface DeleteInput {
  id: string;
  expectedVersion?: number | null;
}

/** The rules about resources. Everybody's are their own: somebody else's are as if they did not exist. */
export interface Resources extends Listing {
  /** BAD_USER_INPUT, IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_SERVICE_UNAVAILABLE; with a key CONFLICT, NOT_FOUND. */
  create(caller: Caller, input: CreateInput): Promise<Resource>;
  /** As create, NOT_FOUND, CONFLICT. */
  update(caller: Caller, input: UpdateInput): Promise<Resource>;
  /** NOT_FOUND, CONFLICT. */
  delete(caller: Caller, input: DeleteInput): Promise<void>;
  find(viewerId: string, id: string): Promise<Resource | undefined>;
  /** As find, one for each id and in their order. */
  findMany(viewerId: string, ids: readonly string[]): Promise<(Resource | undefined)[]>;
}

export interface ResourcesParts {
  store: ResourceStore;
  readImage: ReadImageInput;
  imageClient: ImageClient;
  leases: Leases;
  disposeOf: DisposeOfImage;
  servedSha256: ServedSha256;
}

export function createResources(parts: ResourcesParts): Resources {
  const { store, leases, disposeOf } = parts;

  const finding = createResourceLookup(store);
  const { findAtVersion, explainMissing } = finding;
  const create = createCreate(parts);
  const replaceImage = createReplace({ ...parts, finding });

  const changeTexts = async (key: VersionedKey, changes: ResourceChanges): Promise<Resource> => {
    if (Object.keys(changes).length === 0) return findAtVersion(key);
    const changed = await store.update(key, changes, new Date());
    if (!changed) throw await explainMissing(key);
    return changed;
  };

  return {
    ...createListing(store),
    create,

    async update({ viewerId, requestId }, input) {
      const { id, expectedVersion, image, ...texts } = readUpdateInput(input);
      const key = { ownerId: viewerId, id, expectedVersion };
      return image ? replaceImage(key, { texts, image, requestId }) : changeTexts(key, texts);
    },

    async delete({ viewerId, requestId }, { id, expectedVersion }) {
      const key = { ownerId: viewerId, id, expectedVersion: expectedVersion ?? undefined };
      const { lease, times } = leases.begin(requestId);
      const deleted = await store.operations.beginDeletion({ lease, ...times, key });
      if (!deleted) throw await explainMissing(key);
      await disposeOf({ lease, imageId: deleted.image.id, requestId });
    },

    find: (viewerId, id) => store.find({ ownerId: viewerId, id }),

    async findMany(viewerId, ids) {
      const found = new Map((await store.findMany(viewerId, ids)).map((resource) => [resource.id, resource]));
      return ids.map((id) => found.get(id));
    },
  };
}
