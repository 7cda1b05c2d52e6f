import { randomBytes, randomUUID } from 'node:crypto';
import type { TestClock } from '../../../platform/testing/test-clock.ts';
import type {
  Idempotency,
  Lease,
  NewCreate,
  NewDeletion,
  NewOperation,
  NewReplacement,
  OpenOperation,
} from '../storage/operation-store.ts';
import type { Resource, StoredImage, VersionedKey } from '../storage/resource.ts';
import type { ResourceStore } from '../storage/resource-store.ts';

/** An image with a new id. */
export function anImage(fields: Partial<StoredImage> = {}): StoredImage {
  const id = randomBytes(12).toString('hex');
  return {
    id,
    url: `http://127.0.0.1:4003/images/public/${id}`,
    contentType: 'image/png',
    width: 640,
    height: 480,
    sizeBytes: 123_456,
    sha256: randomBytes(32).toString('hex'),
    ...fields,
  };
}

export type ResourceFields = Partial<Omit<Resource, 'image'>> & { image?: StoredImage };

/** A new resource, by default of a new owner. */
export function aResource({ image = anImage(), ...fields }: ResourceFields = {}): Resource {
  const createdAt = fields.createdAt ?? new Date('2026-11-23T14:05:06.789Z');
  const id = fields.id ?? randomUUID();
  return {
    id,
    ownerId: randomUUID(),
    title: 'A picture',
    description: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
    ...fields,
    image: { ...image, resourceId: id },
  };
}

const titles = [
  ...['alpha', 'Alpha', 'ALPHA 2', 'beta', 'Beta', '100%', '100', 'a_b', 'aXb', 'back\\slash', "it's", 'say "so"'],
  // Equal to "fish", "alpha" and "A" after NFKC.
  ...['\ufb01sh', '\uff21lpha', '\u{1d400}', 'fish'],
  // By UTF-16 code units the astral characters come before the first two, by code points after them.
  ...['\ue000 private', '\ufffc object', '😀 smile', '\u{10400} Deseret', '\u{10428} deseret', '\u{20000} ideograph'],
  // Composed and decomposed.
  ...['\u00e9clair', 'e\u0301clair', 'zoe\u0308'],
];
const descriptions = [
  null,
  '',
  'of a%b',
  'under_score',
  'C:\\folder',
  "o'clock",
  'ALPHA male',
  '\uff22old',
  '🙂 \u{10400}',
];
const contentTypes = ['image/gif', 'image/jpeg', 'image/png'];

/** Resources of one owner with many ties. All but their ids are the same in each run. */
export function manyResources(count: number, ownerId: string): Resource[] {
  const random = createRandom();
  const oneOf = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;
  const instant = () => new Date(Date.UTC(2026, 0, 1) + random(12) * 500 + random(3));
  return Array.from({ length: count }, () => {
    const createdAt = instant();
    const updatedAt = new Date(createdAt.getTime() + random(4) * 500);
    const image = anImage({ contentType: oneOf(contentTypes) });
    return aResource({ ownerId, title: oneOf(titles), description: oneOf(descriptions), image, createdAt, updatedAt });
  });
}

/** A seeded generator of whole numbers below a limit (the linear congruential generator of Numerical Recipes). */
function createRandom() {
  let state = 1;
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const minuteMs = 60_000;
/** The lifetime of a key that has not expired. */
export const centuryMs = 100 * 365 * 24 * 60 * minuteMs;

/** A new operation with a lease of a minute, whose calls have settled a minute later. */
export function anOperation(): NewOperation {
  return { lease: aLease(), leaseMs: minuteMs, settleMs: minuteMs };
}

const aLease = (): Lease => ({ operationId: randomUUID(), token: randomUUID() });

/** Deletes a resource and its deletion operation. */
export async function removeResource({ operations }: ResourceStore, key: VersionedKey): Promise<Resource | undefined> {
  const deletion = aDeletion(key);
  const removed = await operations.beginDeletion(deletion);
  if (removed) await operations.end(deletion.lease);
  return removed;
}

/** A create without a key, by default of a new owner. */
export function aCreate(fields: Partial<NewCreate> = {}): NewCreate {
  const { id: _id, url: _url, ...image } = anImage();
  const resource = { ownerId: randomUUID(), title: 'A picture', description: null, image };
  return { ...anOperation(), resource, reservationSha256: randomBytes(32).toString('hex'), ...fields };
}

/** A new key of a minute, with the hash of some input. */
export function anIdempotency(): Idempotency {
  const inputSha256 = randomBytes(32).toString('hex');
  return { key: randomUUID(), inputSha256, lifetimeMs: minuteMs };
}

/** The resource that a create results in, with this image. */
export function madeBy({ resource }: NewCreate, image: StoredImage): Resource {
  return aResource({ ...resource, image: { ...image, ...resource.image } });
}

/** A replacement of a resource's image by a new one. */
export function aReplacement(key: VersionedKey, fields: Partial<NewReplacement> = {}): NewReplacement {
  const { id: _id, url: _url, ...image } = anImage({ contentType: 'image/gif', width: 1, height: 2, sizeBytes: 3 });
  return { ...anOperation(), key: keyOf(key), changes: { image }, ...fields };
}

export function aDeletion(key: VersionedKey, fields: Partial<NewDeletion> = {}): NewDeletion {
  return { ...anOperation(), key: keyOf(key), ...fields };
}

const keyOf = ({ id, ownerId, expectedVersion }: VersionedKey): VersionedKey => ({ id, ownerId, expectedVersion });

/** A store with the clock by which it dates and compares everything. */
export interface ClockedStore extends ResourceStore {
  clock: TestClock;
}

const endOfTime = new Date('9999-01-01');

/** Claims every open operation, due or not, held or not, by default for a minute. Leaves the clock as it is. */
export async function claimAll({ operations, clock }: ClockedStore, until?: Date): Promise<OpenOperation[]> {
  const now = clock.now();
  const leaseEnd = until?.getTime() ?? now.getTime() + minuteMs;
  clock.set(endOfTime);
  const claimed = await operations.claim({ leaseMs: leaseEnd - endOfTime.getTime(), limit: 1_000 });
  clock.set(now);
  return claimed;
}
