import { accountDeleted, imageLost, imageOfAnother, inProgress, tookTooLong } from '../errors.ts';
import type { CreatedImage, ImageClient } from '../image-service/client.ts';
import { ImageServiceError } from '../image-service/error.ts';
import type { ReadImage, ReadImageInput } from '../images/image-reader.ts';
import type { Caller } from '../resources/caller.ts';
import { type CreateInput, readCreateInput } from '../resources/resource-input.ts';
import type { Idempotency, Landing, NewResource } from '../storage/operation-store.ts';
import type { Resource, ResourceStore } from '../storage/resource-store.ts';
import { findEarlier, idempotencyOf } from './idempotency.ts';
import type { DisposeOfImage } from './image-disposal.ts';
import { createKeysInFlight } from './keys-in-flight.ts';
import type { Begun, Leases } from './leases.ts';
import { newResource } from './new-resource.ts';
import { makeReservation, type Reservation } from './reservation.ts';

export interface CreateParts {
  store: ResourceStore;
  readImage: ReadImageInput;
  imageClient: ImageClient;
  leases: Leases;
  disposeOf: DisposeOfImage;
}

interface Asked {
  read: ReadImage;
  idempotency: Idempotency | undefined;
}

type Create = (caller: Caller, input: CreateInput) => Promise<Resource>;

/**
 * Creates in three writes with a call between each: what will be tried, that an image is reserved, that its resource is
 * kept. Wherever it stops, the last of them tells the reconciler what may be at the image service, and nothing else is.
 */
export function createCreate({ store, readImage, imageClient, leases, disposeOf }: CreateParts): Create {
  const { operations } = store;
  const holdKey = createKeysInFlight();

  const reserve = async ({ lease, call }: Begun, reservation: Reservation) => {
    try {
      return await imageClient.create(reservation, call);
    } catch (trouble) {
      const isNothingThere = trouble instanceof ImageServiceError && trouble.effect === 'none';
      // The key is free at once, as a reservation is nobody's resource, whatever has become of it.
      if (isNothingThere) await leases.conclude(lease, () => operations.end(lease));
      else await search(lease);
      throw trouble;
    }
  };

  const search = async (lease: Begun['lease']) => {
    await leases.conclude(lease, async () => {
      await operations.search(lease);
      await leases.handOver(lease, { settlesAt: leases.settlesAt() });
    });
  };

  const keepReserved = async ({ lease }: Begun, image: CreatedImage) => {
    const outcome = await operations.reserve(lease, image).catch(async (error: unknown) => {
      await leases.handOver(lease);
      throw error;
    });
    if (outcome === 'LAPSED') throw tookTooLong();
    if (outcome === 'TAKEN') {
      await search(lease);
      throw imageOfAnother(image.id);
    }
  };

  const undo = ({ lease, call: { requestId } }: Begun, imageId: string) =>
    leases.conclude(lease, async () => {
      if (await operations.discard(lease, imageId)) await disposeOf({ lease, imageId, requestId });
    });

  const upload = async (begun: Begun, imageId: string, read: ReadImage): Promise<Landing | undefined> => {
    const replaced = await imageClient.replace(imageId, read, begun.call).catch(async (trouble: unknown) => {
      await undo(begun, imageId);
      throw trouble;
    });
    if (replaced !== 'MISSING') return leases.landingOf(replaced);
    await undo(begun, imageId);
    throw imageLost(imageId);
  };

  const keep = async (begun: Begun, resource: Resource, landing: Landing | undefined): Promise<Resource> => {
    const { lease } = begun;
    const isKept = await operations.finishCreate(lease, resource, landing).catch(async (error: unknown) => {
      await leases.handOver(lease, { settlesAt: landing?.settlesAt ?? new Date() });
      throw error;
    });
    if (isKept) return resource;
    // Does nothing where the lease has passed, and the image is the reconciler's.
    await undo(begun, resource.image.id);
    throw (await store.revocations.isPurged(resource.ownerId)) ? accountDeleted() : tookTooLong();
  };

  /** Somebody has begun with the key since it was looked up, or the account was deleted. */
  const begunSince = async (ownerId: string, idempotency: Idempotency | undefined): Promise<Resource> => {
    if (await store.revocations.isPurged(ownerId)) throw accountDeleted();
    const earlier = idempotency && (await findEarlier(store, ownerId, idempotency));
    if (!earlier) throw inProgress();
    return earlier;
  };

  const create = async (requestId: string, resource: NewResource, { read, idempotency }: Asked) => {
    const begun = leases.begin(requestId);
    const { lease, times } = begun;
    const reservation = makeReservation();
    const planned = { resource, reservationSha256: reservation.sha256, idempotency };
    const isBegun = await operations.beginCreate({ lease, ...times, ...planned });
    if (!isBegun) return begunSince(resource.ownerId, idempotency);
    const stored = await reserve(begun, reservation);
    await keepReserved(begun, stored);
    const landing = await upload(begun, stored.id, read);
    return keep(begun, newResource(resource, stored), landing);
  };

  return async ({ viewerId: ownerId, requestId }, input) => {
    const { title, description, image } = readCreateInput(input);
    const idempotency = idempotencyOf({ ...input, title });
    const earlier = idempotency && (await findEarlier(store, ownerId, idempotency));
    if (earlier) return earlier;
    return holdKey(ownerId, idempotency, async () => {
      const read = await readImage(image);
      const { base64: _, ...properties } = read;
      return create(requestId, { ownerId, title, description, image: properties }, { read, idempotency });
    });
  };
}
