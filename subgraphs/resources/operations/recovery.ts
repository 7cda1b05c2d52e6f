import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageCall, ImageClient } from '../image-service/client.ts';
import type { NewResource, OpenOperation, OperationStore, Unresolved } from '../storage/operation-store.ts';
import { nextAttemptAt } from './backoff.ts';
import { writeMs } from './leases.ts';
import { newResource } from './new-resource.ts';
import type { Findings, SearchReservation } from './reservation-search.ts';
import type { ServedSha256 } from './served-sha256.ts';

export interface RecoveryParts {
  operations: OperationStore;
  imageClient: ImageClient;
  searchReservation: SearchReservation;
  servedSha256: ServedSha256;
  log: Logger;
}

/** Brings a claimed operation to its end, or as near to it as can be now; rejects where it must be tried again. */
export type Settle = (operation: OpenOperation) => Promise<void>;

type In<State extends OpenOperation['state']> = Extract<OpenOperation, { state: State }>;

export function createRecovery(parts: RecoveryParts): Settle {
  const { operations, imageClient, searchReservation, servedSha256, log } = parts;

  const callFor = ({ lease }: OpenOperation): ImageCall => ({
    requestId: lease.operationId,
    deadline: lease.until.getTime() - writeMs,
  });

  const againLater = ({ lease, attempts }: OpenOperation) =>
    operations.postpone(lease, { dueAt: nextAttemptAt(attempts) });

  const leaveUnresolved = ({ lease, attempts }: OpenOperation, unresolved: Unresolved) =>
    operations.postpone(lease, { dueAt: nextAttemptAt(attempts), unresolved });

  const deleteImage = async (operation: OpenOperation, imageId: string) => {
    await imageClient.delete(imageId, callFor(operation));
    await operations.end(operation.lease);
  };

  /** A create whose request is gone, or never heard what id its image has. */
  const search = async (operation: In<'RESERVING' | 'SEARCHING'>) => {
    const { state, lease, settlesAt } = operation;
    if (state === 'RESERVING' && !(await operations.search(lease))) return;
    const hasSettled = Date.now() >= settlesAt.getTime();
    const found = await searchReservation(operation, callFor(operation));
    if (!found) return leaveUnresolved(operation, 'NO_LISTING');
    await adoptStrays(found);
    const { imageId, isComplete, isAllListed } = found;
    if (imageId !== undefined) {
      if (await operations.discard(lease, imageId)) await deleteImage(operation, imageId);
      return;
    }
    if (!isComplete) return againLater(operation);
    if (!hasSettled) return operations.postpone(lease, { dueAt: settlesAt });
    return isAllListed ? operations.end(lease) : leaveUnresolved(operation, 'NO_LISTING');
  };

  const adoptStrays = async ({ strays }: Findings) => {
    for (const { imageId, sha256 } of strays) {
      const isAdopted = await operations.adopt({ operationId: randomUUID(), imageId, reservationSha256: sha256 });
      if (isAdopted) log.warn({ imageId }, 'image came after its create was given up');
    }
  };

  /**
   * A create that stopped between its image and its row. The client that has a key can be given what it asked for, unless
   * its account was purged since.
   */
  const finishOrDiscard = async (operation: In<'RESERVED'>) => {
    const { lease, settlesAt, imageId, imageUrl, resource, isKeyed } = operation;
    if (isKeyed && resource && (await isWhole(operation, resource))) {
      const landing = Date.now() < settlesAt.getTime() ? { settlesAt } : undefined;
      const made = newResource(resource, { id: imageId, url: imageUrl });
      if (await operations.finishCreate(lease, made, landing)) return;
    }
    if (await operations.discard(lease, imageId)) await deleteImage(operation, imageId);
  };

  const isWhole = async (operation: In<'RESERVED'>, { image }: NewResource): Promise<boolean> => {
    const { imageUrl, settlesAt } = operation;
    const served = servedSha256(imageUrl, callFor(operation)).catch((error: unknown) => {
      if (Date.now() < settlesAt.getTime()) throw error;
      return undefined;
    });
    return (await served) === image.sha256;
  };

  /** A replacement whose answer nobody heard: once no call can land any more, the bytes are the answer. */
  const readBytes = async (operation: In<'REPLACING'>) => {
    const { lease, settlesAt, imageUrl, oldSha256, changes } = operation;
    if (Date.now() < settlesAt.getTime()) return operations.postpone(lease, { dueAt: settlesAt });
    const sha256 = await servedSha256(imageUrl, callFor(operation));
    if (sha256 === changes.image.sha256) return operations.finishReplacement(lease, new Date());
    return sha256 === oldSha256 ? operations.end(lease) : leaveUnresolved(operation, 'UNKNOWN_BYTES');
  };

  const step = (operation: OpenOperation): Promise<unknown> => {
    switch (operation.state) {
      case 'RESERVING':
      case 'SEARCHING':
        return search(operation);
      case 'RESERVED':
        return finishOrDiscard(operation);
      case 'REPLACING':
        return readBytes(operation);
      case 'DELETING':
        return deleteImage(operation, operation.imageId);
      case 'LANDING':
        return operations.end(operation.lease);
    }
  };

  return async (operation) => {
    try {
      await step(operation);
    } catch (error) {
      // Where the database takes not even this, the lease passes by itself.
      await againLater(operation).catch(() => {});
      throw error;
    }
  };
}
