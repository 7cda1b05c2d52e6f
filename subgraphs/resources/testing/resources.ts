import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Idempotency,
  Lease,
  NewCreate,
  NewDeletion,
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

/** A new resource, by default of a new owner. */
export function aResource(fields: Partial<Resource> = {}): Resource {
  const createdAt = fields.createdAt ?? new Date('2026-11-23T14:05:06.789Z');
  return {
    id: randomUUID(),
    ownerId: randomUUID(),
    title: 'A picture',
    description: null,
    image: anImage(),
    createdAt,
    updatedAt: createdAt,
    version: 1,
    ...fields,
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

const minute = 60_000;

/** A lease on a new operation, valid for a minute. */
export function aLease(): Lease {
  return { operationId: randomUUID(), token: randomUUID(), until: new Date(Date.now() + minute) };
}

/** Start and settling times of an operation. */
export const someTimes = () => ({ startedAt: new Date(), settlesAt: new Date(Date.now() + 2 * minute) });

/** Deletes a resource and its deletion operation. */
export async function removeResource({ operations }: ResourceStore, key: VersionedKey): Promise<Resource | undefined> {
  const lease = aLease();
  const removed = await operations.beginDeletion({ lease, key, ...someTimes() });
  if (removed) await operations.end(lease);
  return removed;
}

/** A create without a key, by default of a new owner. */
export function aCreate(fields: Partial<NewCreate> = {}): NewCreate {
  const { id: _id, url: _url, ...image } = anImage();
  const resource = { ownerId: randomUUID(), title: 'A picture', description: null, image };
  return { lease: aLease(), ...someTimes(), resource, reservationSha256: randomBytes(32).toString('hex'), ...fields };
}

/** A new key with the hash of some input. */
export function anIdempotency(): Idempotency {
  const inputSha256 = randomBytes(32).toString('hex');
  return { key: randomUUID(), inputSha256, since: new Date(Date.now() - minute) };
}

/** The resource that a create results in, with this image. */
export function madeBy({ resource }: NewCreate, image: StoredImage): Resource {
  return aResource({ ...resource, image: { ...image, ...resource.image } });
}

/** A replacement of a resource's image by a new one. */
export function aReplacement(key: VersionedKey, fields: Partial<NewReplacement> = {}): NewReplacement {
  const { id: _id, url: _url, ...image } = anImage({ contentType: 'image/gif', width: 1, height: 2, sizeBytes: 3 });
  return { lease: aLease(), ...someTimes(), key: keyOf(key), changes: { image }, ...fields };
}

export function aDeletion(key: VersionedKey, fields: Partial<NewDeletion> = {}): NewDeletion {
  return { lease: aLease(), ...someTimes(), key: keyOf(key), ...fields };
}

const keyOf = ({ id, ownerId, expectedVersion }: VersionedKey): VersionedKey => ({ id, ownerId, expectedVersion });

/** Claims every open operation, by default for a minute. */
export function claimAll({ operations }: ResourceStore, until = aLease().until): Promise<OpenOperation[]> {
  return operations.claim({ now: new Date('9999-01-01'), until, limit: 1_000 });
}
