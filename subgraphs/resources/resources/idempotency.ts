import { createHash } from 'node:crypto';
import { detectSentType } from '../images/sent-type.ts';
import type { Idempotency, KeyedCreate } from '../storage/operation-store.ts';
import type { Resource } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { inProgress, keyReused, notFound } from './errors.ts';
import type { CreateInput } from './resource-input.ts';

/** How long a key identifies its create: 24 hours. */
export const keyLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * The input's key, with a hash of everything else in the input. Defaults are left out of it, so that a new field does not
 * change the hash of older inputs; and a content type that the bytes have anyway. Former versions did not leave that out,
 * so the hash with it identifies the same input. Undefined when the input has no key.
 */
export function idempotencyOf({ idempotencyKey, title, description, image }: CreateInput): Idempotency | undefined {
  if (idempotencyKey === undefined || idempotencyKey === null) return undefined;
  const { data: base64, contentType, keepMetadata = false, fit = false } = image;
  const imageSha256 = sha256(base64);
  const options = [...(keepMetadata ? ['keepMetadata'] : []), ...(fit ? ['fit'] : [])];
  const hashWith = (type: string | null) =>
    sha256(JSON.stringify([title, description ?? null, type, imageSha256, ...options]));
  const detected = detectSentType(base64);
  const lifetimeMs = keyLifetimeMs;
  const isImplied = detected !== undefined && (contentType ?? detected) === detected;
  if (!isImplied) return { key: idempotencyKey, inputSha256: hashWith(contentType ?? null), lifetimeMs };
  return { key: idempotencyKey, inputSha256: hashWith(null), formerInputSha256: hashWith(detected), lifetimeMs };
}

/**
 * Finds the resource that an earlier create with the same key made. Returns undefined when there was no such create or it
 * failed. Throws the errors of `resultOf`.
 */
export async function findEarlier(
  store: ResourceStore,
  ownerId: string,
  idempotency: Idempotency,
): Promise<Resource | undefined> {
  const earlier = await store.operations.findByKey(ownerId, idempotency.key, idempotency.lifetimeMs);
  return earlier && resultOf(earlier, { store, ownerId, idempotency });
}

/** The repetition of a create. */
interface Repetition {
  store: ResourceStore;
  ownerId: string;
  idempotency: Idempotency | undefined;
}

/**
 * Returns the resource that an earlier create made, in its present state, to a create with the same key. Throws CONFLICT
 * (IN_PROGRESS or KEY_REUSED), or NOT_FOUND if the resource was deleted since.
 */
export async function resultOf(
  { inputSha256, resourceId }: KeyedCreate,
  { store, ownerId, idempotency }: Repetition,
): Promise<Resource> {
  const isSameInput = inputSha256 === idempotency?.inputSha256 || inputSha256 === idempotency?.formerInputSha256;
  if (!isSameInput) throw keyReused();
  if (resourceId === undefined) throw inProgress();
  const resource = await store.find({ ownerId, id: resourceId });
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
