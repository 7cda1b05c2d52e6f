import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageClient } from '../image-service/client.ts';
import type { Lease, OperationStore } from '../storage/operation-store.ts';
import type { Leases } from './leases.ts';

/** An image to delete, for an operation in state DELETING. */
export interface ImageDeletion {
  lease: Lease;
  imageId: string;
  requestId: string;
}

/** Deletes an image within two seconds, or leaves it to the reconciler. Never rejects. */
export type DeleteImage = (deletion: ImageDeletion) => Promise<void>;

const timeoutMs = 2_000;

export function createDeleteImage(parts: {
  operations: OperationStore;
  imageClient: ImageClient;
  leases: Leases;
  log: Logger;
}): DeleteImage {
  const { operations, imageClient, leases, log } = parts;
  return async ({ lease, imageId, requestId }) => {
    try {
      await imageClient.delete(imageId, { requestId, deadline: Date.now() + timeoutMs });
    } catch (err) {
      log.warn({ requestId, imageId, err }, 'image not deleted; the reconciler will retry');
      return leases.handOver(lease);
    }
    return leases.conclude(lease, () => operations.end(lease));
  };
}
