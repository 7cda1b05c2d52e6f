import { createHash } from 'node:crypto';
import { detectImageType } from '../images/image-format.ts';
import type { Idempotency } from '../storage/operation-store.ts';
import type { Resource } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { inProgress, keyReused, notFound } from './errors.ts';
import type { CreateInput } from './resource-input.ts';

/** How long a key identifies its create: 24 hours. */
export const keyLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * The input's key, with a hash of everything else in the input. A content type that the bytes have anyway is left out of
 * it; former versions did not, so the hash with it identifies the same input. Undefined when the input has no key.
 */
export function idempotencyOf({ idempotencyKey, title, description, image }: CreateInput): Idempotency | undefined {
  if (idempotencyKey === undefined || idempotencyKey === null) return undefined;
  const { data: base64, contentType } = image;
  const imageSha256 = sha256(base64);
  const hashWith = (type: string | null) => sha256(JSON.stringify([title, description ?? null, type, imageSha256]));
  const since = new Date(Date.now() - keyLifetimeMs);
  const detected = detectedType(base64);
  const isImplied = detected !== undefined && (contentType ?? detected) === detected;
  if (!isImplied) return { key: idempotencyKey, inputSha256: hashWith(contentType ?? null), since };
  return { key: idempotencyKey, inputSha256: hashWith(null), formerInputSha256: hashWith(detected), since };
}

/** The type that the first bytes of an image say. */
function detectedType(base64: string): string | undefined {
  return detectImageType(Buffer.from(base64.slice(0, 16), 'base64'));
}

/**
 * Finds the resource that an earlier create with the same key made, in its present state. Returns undefined when there was
 * no such create or it failed. Throws CONFLICT (IN_PROGRESS or KEY_REUSED), or NOT_FOUND if the resource was deleted since.
 */
export async function findEarlier(
  store: ResourceStore,
  ownerId: string,
  { key, inputSha256, formerInputSha256, since }: Idempotency,
): Promise<Resource | undefined> {
  const earlier = await store.operations.findByKey(ownerId, key, since);
  if (!earlier) return undefined;
  if (earlier.inputSha256 !== inputSha256 && earlier.inputSha256 !== formerInputSha256) throw keyReused();
  if (earlier.resourceId === undefined) throw inProgress();
  const resource = await store.find({ ownerId, id: earlier.resourceId });
  if (!resource) throw notFound();
  return resource;
}

/** Runs a create unless this process is running one of the same owner and key: CONFLICT (IN_PROGRESS or KEY_REUSED). */
export type RunUnlessInFlight = <Result>(
  ownerId: string,
  idempotency: Idempotency | undefined,
  run: () => Promise<Result>,
) => Promise<Result>;

/** Rejects concurrent repetitions before their images are decoded, so that many of them cost no more than one. */
export function createInFlightKeys(): RunUnlessInFlight {
  const inputHashes = new Map<string, string>();
  return async (ownerId, idempotency, run) => {
    if (!idempotency) return run();
    const { key, inputSha256 } = idempotency;
    const id = JSON.stringify([ownerId, key]);
    const other = inputHashes.get(id);
    if (other !== undefined) throw other === inputSha256 ? inProgress() : keyReused();
    inputHashes.set(id, inputSha256);
    try {
      return await run();
    } finally {
      inputHashes.delete(id);
    }
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
