import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageCall, ImageClient } from '../image-service/client.ts';
import type { NewResource, OpenOperation, OperationStore, Unresolved } from '../storage/operation-store.ts';
import { writeMs } from './leases.ts';
import { resourceOf } from './reservation.ts';
import type { SearchReservation, SearchResult } from './reservation-search.ts';

export interface RecoveryParts {
  operations: OperationStore;
  imageClient: ImageClient;
  searchReservation: SearchReservation;
  /** Longest delay before the first retry; default: a second. It doubles with each attempt, up to half a minute. */
  retryMs?: number;
  log: Logger;
}

/** Finishes or undoes a claimed operation, or postpones it. Rejects on an error, after postponing the operation. */
export type Recover = (operation: OpenOperation) => Promise<void>;

const maxRetryMs = 30_000;

type InState<State extends OpenOperation['state']> = Extract<OpenOperation, { state: State }>;

export function createRecovery(parts: RecoveryParts): Recover {
  const { operations, imageClient, searchReservation, retryMs = 1_000, log } = parts;

  /** Exponential backoff with jitter, after so many attempts (from 1). */
  const delayAfter = (attempts: number): number => {
    const delayMs = Math.min(maxRetryMs, retryMs * 2 ** (attempts - 1));
    return delayMs * (0.5 + Math.random() / 2);
  };

  const callFor = ({ lease, leaseUntil }: OpenOperation): ImageCall => ({
    requestId: lease.operationId,
    deadline: leaseUntil.getTime() - writeMs,
  });

  const retryLater = ({ lease, attempts }: OpenOperation) =>
    operations.postpone(lease, { delayMs: delayAfter(attempts) });

  const leaveUnresolved = ({ lease, attempts }: OpenOperation, unresolved: Unresolved) =>
    operations.postpone(lease, { delayMs: delayAfter(attempts), unresolved });

  const deleteImage = async (operation: OpenOperation, imageId: string) => {
    await imageClient.delete(imageId, callFor(operation));
    await operations.end(operation.lease);
  };

  /** Recovers a create whose request stopped before it learned its image's id: finds and deletes the image. */
  const searchAndDelete = async (operation: InState<'RESERVING' | 'SEARCHING'>) => {
    const { state, lease, settlesAt } = operation;
    if (state === 'RESERVING' && !(await operations.startSearch(lease))) return;
    const hasSettled = Date.now() >= settlesAt.getTime();
    const found = await searchReservation(operation, callFor(operation));
    if (!found) return leaveUnresolved(operation, 'NO_LISTING');
    await adoptOrphans(found);
    const { imageId, isComplete, isListingValid } = found;
    if (imageId !== undefined) {
      if (await operations.discard(lease, imageId)) await deleteImage(operation, imageId);
      return;
    }
    if (!isComplete) return retryLater(operation);
    if (!hasSettled) return operations.postpone(lease, { dueAt: settlesAt });
    return isListingValid ? operations.end(lease) : leaveUnresolved(operation, 'NO_LISTING');
  };

  const adoptOrphans = async ({ orphans }: SearchResult) => {
    for (const { imageId, sha256 } of orphans) {
      const isAdopted = await operations.adoptOrphan({ operationId: randomUUID(), imageId, reservationSha256: sha256 });
      if (isAdopted) log.warn({ imageId }, 'orphaned image found: it was stored after its create was abandoned');
    }
  };

  /**
   * Recovers a create that stopped between its image and its row. With an idempotency key the client can still ask for the
   * resource, so the create is finished if all bytes are there; otherwise the image is deleted.
   */
  const finishOrDiscard = async (operation: InState<'RESERVED'>) => {
    const { lease, settlesAt, imageId, imageUrl, resource, isKeyed } = operation;
    if (isKeyed && resource && (await isUploaded(operation, resource))) {
      const lateWrite = Date.now() < settlesAt.getTime() ? { settlesAt } : undefined;
      const finished = resourceOf(resource, { id: imageId, url: imageUrl });
      if (await operations.finishCreate(lease, finished, lateWrite)) return;
    }
    if (await operations.discard(lease, imageId)) await deleteImage(operation, imageId);
  };

  const isUploaded = async (operation: InState<'RESERVED'>, { image }: NewResource): Promise<boolean> => {
    const { imageUrl, settlesAt } = operation;
    const served = await imageClient.publicHash(imageUrl, callFor(operation)).catch((error: unknown) => {
      if (Date.now() < settlesAt.getTime()) throw error;
      return undefined;
    });
    return served?.sha256 === image.sha256;
  };

  /** Recovers a replacement without a response: once no call can take effect any more, the served bytes decide. */
  const compareBytes = async (operation: InState<'REPLACING'>) => {
    const { lease, settlesAt, imageUrl, oldSha256, changes } = operation;
    if (Date.now() < settlesAt.getTime()) return operations.postpone(lease, { dueAt: settlesAt });
    const served = await imageClient.publicHash(imageUrl, callFor(operation));
    if (served?.sha256 === changes.image.sha256) return operations.finishReplacement(lease);
    return served?.sha256 === oldSha256 ? operations.end(lease) : leaveUnresolved(operation, 'UNKNOWN_BYTES');
  };

  const recover = (operation: OpenOperation): Promise<unknown> => {
    switch (operation.state) {
      case 'RESERVING':
      case 'SEARCHING':
        return searchAndDelete(operation);
      case 'RESERVED':
        return finishOrDiscard(operation);
      case 'REPLACING':
        return compareBytes(operation);
      case 'DELETING':
        return deleteImage(operation, operation.imageId);
      case 'LANDING':
        return operations.end(operation.lease);
    }
  };

  return async (operation) => {
    try {
      await recover(operation);
    } catch (error) {
      // If the database rejects this too, the lease expires by itself.
      await retryLater(operation).catch(() => {});
      throw error;
    }
  };
}
