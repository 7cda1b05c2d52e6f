import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageClient } from '../image-service/client.ts';
import type { Lease, OperationStore } from '../storage/operation-store.ts';
import type { Leases } from './leases.ts';

/** An image that is to be deleted, by an operation in the state DELETING. */
export interface Disposal {
  lease: Lease;
  imageId: string;
  requestId: string;
}

/** Deletes an image before the answer where that is quickly done, and leaves it to the reconciler where not. Never rejects. */
export type DisposeOfImage = (disposal: Disposal) => Promise<void>;

const onceWithinMs = 2_000;

export function createImageDisposal(parts: {
  operations: OperationStore;
  imageClient: ImageClient;
  leases: Leases;
  log: Logger;
}): DisposeOfImage {
  const { operations, imageClient, leases, log } = parts;
  return async ({ lease, imageId, requestId }) => {
    try {
      await imageClient.delete(imageId, { requestId, deadline: Date.now() + onceWithinMs });
    } catch (err) {
      log.warn({ requestId, imageId, err }, 'image not deleted yet');
      return leases.handOver(lease);
    }
    return leases.conclude(lease, () => operations.end(lease));
  };
}
