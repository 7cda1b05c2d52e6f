import type { ImageClient, ReplaceOutcome } from '../image-service/client.ts';
import { ImageServiceError } from '../image-service/http.ts';
import type { DecodedImage, ImageInput, ImageReader, ReadFor } from '../images/image-reader.ts';
import type { LeasedOperation, Leases } from '../operations/leases.ts';
import type { LateWrite } from '../storage/operation-store.ts';
import type { Resource, ResourceChanges, StoredImage, VersionedKey } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { imageLost, inProgress, leaseExpired } from './errors.ts';
import type { ResourceLookup } from './resource-lookup.ts';

export interface ReplaceParts {
  store: ResourceStore;
  readImage: ImageReader;
  imageClient: ImageClient;
  leases: Leases;
  lookup: ResourceLookup;
}

interface Replacement {
  /** Changes of title and description that are stored together with the new image. */
  textChanges: ResourceChanges;
  image: ImageInput;
  caller: ReadFor;
}

interface Target {
  key: VersionedKey;
  oldImage: StoredImage;
  newImage: DecodedImage;
}

/**
 * Replaces an image's bytes at the image service, then the resource's row, with its text changes. The image is locked
 * between the two. When the PUT gets no response, it stays locked until its bytes show which image the service has.
 */
export function createReplaceImage(parts: ReplaceParts) {
  const { store, readImage, imageClient, leases } = parts;
  const { findAtVersion, explainMissing, explainLost } = parts.lookup;
  const { operations } = store;

  const begin = async (requestId: string, { key, newImage }: Target, textChanges: ResourceChanges) => {
    const operation = leases.begin(requestId);
    const { base64: _, ...image } = newImage;
    const { lease, durations } = operation;
    const outcome = await operations.beginReplacement({ lease, ...durations, key, changes: { ...textChanges, image } });
    if (outcome === 'MISSING') throw await explainMissing(key);
    if (outcome === 'LOCKED') throw inProgress();
    return operation;
  };

  const upload = async (operation: LeasedOperation, target: Target): Promise<LateWrite | undefined> => {
    const { oldImage, newImage, key } = target;
    const outcome = await imageClient
      .replace(oldImage.id, newImage, operation.call)
      .catch(async (error: unknown): Promise<ReplaceOutcome> => {
        if (await hasSucceededDespite(error, operation, target)) return 'REPLACED';
        throw error;
      });
    if (outcome !== 'MISSING') return leases.lateWriteOf(outcome);
    await leases.conclude(operation.lease, () => operations.end(operation.lease));
    throw await explainLost(key, imageLost(oldImage.id));
  };

  /**
   * True if the service has the new bytes although the PUT failed. Otherwise the operation ends if the service surely has
   * the old bytes, and goes to the reconciler if it is not known which.
   */
  const hasSucceededDespite = async (error: unknown, { lease, call }: LeasedOperation, target: Target) => {
    const { oldImage, newImage } = target;
    const effect = error instanceof ImageServiceError ? error.effect : 'unknown';
    const served =
      effect === 'answered' ? await imageClient.publicHash(oldImage.url, call).catch(() => undefined) : undefined;
    if (served?.sha256 === newImage.sha256) return true;
    if (effect === 'none' || served?.sha256 === oldImage.sha256) {
      await leases.conclude(lease, () => operations.end(lease));
    } else {
      const settlesAt = leases.settlesAt();
      await leases.handOver(lease, { settlesAt, dueAt: settlesAt });
    }
    return false;
  };

  const finish = async ({ lease }: LeasedOperation, key: VersionedKey, lateWrite: LateWrite | undefined) => {
    const changed = await operations.finishReplacement(lease, lateWrite).catch(async (error: unknown) => {
      // The service has the new bytes: unless a late write is possible, the reconciler need not wait.
      await leases.handOver(lease, { delayMs: 0, settlesAt: lateWrite?.settlesAt ?? new Date() });
      throw error;
    });
    if (changed) return changed;
    throw await explainLost(key, leaseExpired());
  };

  return async (key: VersionedKey, { textChanges, image, caller }: Replacement): Promise<Resource> => {
    const { image: oldImage } = await findAtVersion(key);
    const target = { key, oldImage, newImage: await readImage(image, caller) };
    const operation = await begin(caller.requestId, target, textChanges);
    const lateWrite = await upload(operation, target);
    return finish(operation, key, lateWrite);
  };
}
