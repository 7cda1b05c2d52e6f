import { v7 as newId } from 'uuid';
import type { Logger } from '../../runtime/logger.ts';
import type { Refusal } from '../../runtime/refusal.ts';
import type { ImageClient } from './image-client.ts';
import { createImageLocks } from './image-locks.ts';
import type { ImageInput, ReadImage, ReadImageInput } from './images.ts';
import { createListing, type Listing } from './listing.ts';
import { imageLost, imageOfAnother, notFound, versionPassed } from './refusals.ts';
import { type CreateInput, readCreateInput, readUpdateInput, type UpdateInput } from './resource-input.ts';
import type { Resource, ResourceChanges, ResourceStore, VersionedKey } from './storage/resource-store.ts';

/** On whose behalf, and under which request, a rule runs. */
export interface Caller {
  viewerId: string;
  requestId: string;
}

export interface DeleteInput {
  id: string;
  expectedVersion?: number | null;
}

/** The rules about resources. Everybody's are their own: somebody else's are as if they did not exist. */
export interface Resources extends Listing {
  /** BAD_USER_INPUT, IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, IMAGE_SERVICE_UNAVAILABLE. */
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
  log: Logger;
}

export function createResources({ store, readImage, imageClient, log }: ResourcesParts): Resources {
  const locks = createImageLocks();

  /** Best effort: a failure leaves an image that nothing refers to, which the log then names. */
  const discardImage = (imageId: string, requestId: string) =>
    imageClient
      .delete(imageId, requestId)
      .catch((err: unknown) => log.error({ requestId, imageId, err }, 'image left behind'));

  const keep = async (resource: Resource, requestId: string): Promise<Resource> => {
    const isKept = await store.insert(resource).catch(async (error: unknown) => {
      await discardImage(resource.image.id, requestId);
      throw error;
    });
    if (!isKept) throw imageOfAnother(resource.image.id);
    return resource;
  };

  const explainMissing = async (key: VersionedKey): Promise<Refusal> => {
    const found = await store.find(key);
    return found ? versionPassed(found.version) : notFound();
  };

  const findAtVersion = async (key: VersionedKey): Promise<Resource> => {
    const found = await store.find(key);
    if (!found) throw notFound();
    if (key.expectedVersion !== undefined && key.expectedVersion !== found.version) throw versionPassed(found.version);
    return found;
  };

  const change = async (
    key: VersionedKey,
    changes: ResourceChanges,
    onTrouble = (_: unknown) => {},
  ): Promise<Resource> => {
    const changed = await store.update(key, changes, new Date()).catch((error: unknown) => {
      onTrouble(error);
      throw error;
    });
    if (!changed) throw await explainMissing(key);
    return changed;
  };

  const changeTexts = async (key: VersionedKey, changes: ResourceChanges): Promise<Resource> => {
    if (Object.keys(changes).length === 0) return findAtVersion(key);
    locks.refuseWhereVersioned(key);
    return change(key, changes);
  };

  const replaceImage = (key: VersionedKey, texts: ResourceChanges, { image, requestId }: NewImage) =>
    locks.hold(key, async () => {
      const { image: old } = await findAtVersion(key);
      const read = await readImage(image);
      const isReplaced = await imageClient.replace(old.id, read, requestId);
      if (!isReplaced) throw await explainMissingImage(key, old.id);
      const changes = { ...texts, image: properties(read) };
      return change({ ownerId: key.ownerId, id: key.id }, changes, (err) =>
        // Doing it again mends it: the bytes are the new ones already.
        log.error({ requestId, imageId: old.id, err }, 'image replaced and its resource not changed'),
      );
    });

  /** The image service has no such image: because the resource was deleted meanwhile, or because it lost the image. */
  const explainMissingImage = async (key: VersionedKey, imageId: string): Promise<Refusal> => {
    return (await store.find(key)) ? imageLost(imageId) : notFound();
  };

  return {
    ...createListing(store),

    async create({ viewerId, requestId }, input) {
      const { title, description, image } = readCreateInput(input);
      const read = await readImage(image);
      const { id, url } = await imageClient.create(read, requestId);
      const now = new Date();
      const times = { createdAt: now, updatedAt: now, version: 1 };
      const stored = { id, url, ...properties(read) };
      return keep({ id: newId(), ownerId: viewerId, title, description, image: stored, ...times }, requestId);
    },

    async update({ viewerId, requestId }, input) {
      const { id, expectedVersion, image, ...texts } = readUpdateInput(input);
      const key = { ownerId: viewerId, id, expectedVersion };
      return image ? replaceImage(key, texts, { image, requestId }) : changeTexts(key, texts);
    },

    async delete({ viewerId, requestId }, { id, expectedVersion }) {
      const key = { ownerId: viewerId, id, expectedVersion: expectedVersion ?? undefined };
      const deleted = await store.delete(key);
      if (!deleted) throw await explainMissing(key);
      await discardImage(deleted.image.id, requestId);
    },

    find: (viewerId, id) => store.find({ ownerId: viewerId, id }),

    async findMany(viewerId, ids) {
      const found = new Map((await store.findMany(viewerId, ids)).map((resource) => [resource.id, resource]));
      return ids.map((id) => found.get(id));
    },
  };
}

interface NewImage {
  image: ImageInput;
  requestId: string;
}

function properties({ contentType, width, height, sizeBytes, sha256 }: ReadImage) {
  return { contentType, width, height, sizeBytes, sha256 };
}
