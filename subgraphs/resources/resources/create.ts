import type { CreatedImage, ImageClient } from '../image-service/client.ts';
import { ImageServiceError } from '../image-service/http.ts';
import type { DecodedImage, ImageReader } from '../images/image-reader.ts';
import type { DeleteImage } from '../operations/image-deletion.ts';
import type { LeasedOperation, Leases } from '../operations/leases.ts';
import { createReservation, type Reservation, resourceOf } from '../operations/reservation.ts';
import type { CreatedResource, Idempotency, LateWrite, NewResource } from '../storage/operation-store.ts';
import type { Resource } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { accountDeleted, duplicateImageId, imageLost, leaseExpired } from './errors.ts';
import { createInFlightKeys, findEarlier, idempotencyOf, resultOf } from './idempotency.ts';
import { type Caller, type CreateInput, readCreateInput } from './resource-input.ts';

export interface CreateParts {
  store: ResourceStore;
  readImage: ImageReader;
  imageClient: ImageClient;
  leases: Leases;
  deleteImage: DeleteImage;
}

interface Upload {
  image: DecodedImage;
  idempotency: Idempotency | undefined;
}

type Create = (caller: Caller, input: CreateInput) => Promise<Resource>;

/**
 * Creates a resource in three database writes with a call to the image service between each: the operation begins, its
 * image is reserved, the resource is stored. Wherever the process stops, the last write tells the reconciler which image
 * to look for, and no other image can be left behind.
 */
export function createCreate({ store, readImage, imageClient, leases, deleteImage }: CreateParts): Create {
  const { operations } = store;
  const runUnlessInFlight = createInFlightKeys();

  /** POSTs a placeholder image, so that the service assigns an id before it has the client's bytes. */
  const reserve = async ({ lease, call }: LeasedOperation, reservation: Reservation) => {
    try {
      return await imageClient.create(reservation, call);
    } catch (error) {
      const hasNoEffect = error instanceof ImageServiceError && error.effect === 'none';
      // The key is free at once in both cases: no client ever sees a reservation.
      if (hasNoEffect) await leases.conclude(lease, () => operations.end(lease));
      else await leaveToSearch(lease);
      throw error;
    }
  };

  const leaveToSearch = async (lease: LeasedOperation['lease']) => {
    await leases.conclude(lease, async () => {
      await operations.startSearch(lease);
      await leases.handOver(lease, { delayMs: 0, settlesAt: leases.settlesAt() });
    });
  };

  const recordReserved = async ({ lease }: LeasedOperation, image: CreatedImage) => {
    const outcome = await operations.reserve(lease, image).catch(async (error: unknown) => {
      await leases.handOver(lease);
      throw error;
    });
    if (outcome === 'LAPSED') throw leaseExpired();
    if (outcome === 'TAKEN') {
      await leaveToSearch(lease);
      throw duplicateImageId(image.id);
    }
  };

  const undo = ({ lease, call: { requestId } }: LeasedOperation, imageId: string) =>
    leases.conclude(lease, async () => {
      if (await operations.discard(lease, imageId)) await deleteImage({ lease, imageId, requestId });
    });

  /** PUTs the client's bytes in place of the placeholder. */
  const upload = async (operation: LeasedOperation, imageId: string, image: DecodedImage) => {
    const outcome = await imageClient.replace(imageId, image, operation.call).catch(async (error: unknown) => {
      await undo(operation, imageId);
      throw error;
    });
    if (outcome !== 'MISSING') return leases.lateWriteOf(outcome);
    await undo(operation, imageId);
    throw imageLost(imageId);
  };

  const storeResource = async (operation: LeasedOperation, created: CreatedResource, lateWrite?: LateWrite) => {
    const { lease } = operation;
    const stored = await operations.finishCreate(lease, created, lateWrite).catch(async (error: unknown) => {
      await leases.handOver(lease, { delayMs: 0, settlesAt: lateWrite?.settlesAt ?? new Date() });
      throw error;
    });
    if (stored) return stored;
    // Does nothing after the lease has expired: the image is the reconciler's then.
    await undo(operation, created.image.id);
    throw (await store.revocations.isPurged(created.ownerId)) ? accountDeleted() : leaseExpired();
  };

  const create = async (requestId: string, resource: NewResource, { image, idempotency }: Upload) => {
    const operation = leases.begin(requestId);
    const { lease, durations } = operation;
    const reservation = createReservation();
    const planned = { resource, reservationSha256: reservation.sha256, idempotency };
    const outcome = await operations.beginCreate({ lease, ...durations, ...planned });
    if (outcome === 'PURGED') throw accountDeleted();
    if (outcome !== 'BEGUN') return resultOf(outcome, { store, ownerId: resource.ownerId, idempotency });
    const reserved = await reserve(operation, reservation);
    await recordReserved(operation, reserved);
    const lateWrite = await upload(operation, reserved.id, image);
    return storeResource(operation, resourceOf(resource, reserved), lateWrite);
  };

  return async (caller, input) => {
    const { viewerId: ownerId, requestId } = caller;
    const { title, description, image: imageInput } = readCreateInput(input);
    const idempotency = idempotencyOf({ ...input, title });
    const earlier = idempotency && (await findEarlier(store, ownerId, idempotency));
    if (earlier) return earlier;
    return runUnlessInFlight(ownerId, idempotency, async () => {
      const image = await readImage(imageInput, caller);
      const { base64: _, ...properties } = image;
      return create(requestId, { ownerId, title, description, image: properties }, { image, idempotency });
    });
  };
}
