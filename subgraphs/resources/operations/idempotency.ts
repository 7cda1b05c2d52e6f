import { createHash } from 'node:crypto';
import { inProgress, keyReused, notFound } from '../errors.ts';
import type { CreateInput } from '../resources/resource-input.ts';
import type { Idempotency } from '../storage/operation-store.ts';
import type { Resource, ResourceStore } from '../storage/resource-store.ts';

/** How long a key is kept. */
export const keyMs = 24 * 60 * 60 * 1000;

/** The key of an input and what tells the input from others; undefined where it has no key. */
export function idempotencyOf({ idempotencyKey, title, description, image }: CreateInput): Idempotency | undefined {
  if (idempotencyKey === undefined || idempotencyKey === null) return undefined;
  const { data, contentType } = image;
  const told = JSON.stringify([title, description ?? null, contentType ?? null, sha256(data)]);
  return { key: idempotencyKey, inputSha256: sha256(told), since: new Date(Date.now() - keyMs) };
}

/**
 * What an earlier create of the same key made, as it is now; undefined where there was none, or it failed. CONFLICT
 * (IN_PROGRESS, KEY_REUSED), or NOT_FOUND where it was deleted since.
 */
export async function findEarlier(
  store: ResourceStore,
  ownerId: string,
  { key, inputSha256, since }: Idempotency,
): Promise<Resource | undefined> {
  const earlier = await store.operations.findKeyed(ownerId, key, since);
  if (!earlier) return undefined;
  if (earlier.inputSha256 !== inputSha256) throw keyReused();
  if (earlier.resourceId === undefined) throw inProgress();
  const resource = await store.find({ ownerId, id: earlier.resourceId });
  if (!resource) throw notFound();
  return resource;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
