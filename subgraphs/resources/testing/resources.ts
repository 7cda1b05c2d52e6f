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

/** An image that no other resource has. */
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

/** A new resource, of an owner of its own unless one is given. */
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
  // After NFKC the same as: fish, alpha, and the letter A.
  ...['\ufb01sh', '\uff21lpha', '\u{1d400}', 'fish'],
  // In UTF-16 the astral ones come before the first two, by code point after them.
  ...['\ue000 private', '\ufffc object', '😀 smile', '\u{10400} Deseret', '\u{10428} deseret', '\u{20000} ideograph'],
  // Composed and not.
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

/** Resources of one owner with many ties, the same ones each time but for their ids. */
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

/** Whole numbers from 0 to below a limit, the same ones each time (Numerical Recipes' linear congruence). */
function createRandom() {
  let state = 1;
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const minute = 60_000;

/** A lease that holds for a minute, on an operation of its own. */
export function aLease(): Lease {
  return { operationId: randomUUID(), token: randomUUID(), until: new Date(Date.now() + minute) };
}

/** When an operation was begun, and when it settles. */
export const someTimes = () => ({ startedAt: new Date(), settlesAt: new Date(Date.now() + 2 * minute) });

/** Deletes a resource, and with it every trace of its image. */
export async function removeResource({ operations }: ResourceStore, key: VersionedKey): Promise<Resource | undefined> {
  const lease = aLease();
  const removed = await operations.beginDeletion({ lease, key, ...someTimes() });
  if (removed) await operations.end(lease);
  return removed;
}

/** A create without a key, of an owner of its own unless a resource is given. */
export function aCreate(fields: Partial<NewCreate> = {}): NewCreate {
  const { id: _id, url: _url, ...image } = anImage();
  const resource = { ownerId: randomUUID(), title: 'A picture', description: null, image };
  return { lease: aLease(), ...someTimes(), resource, reservationSha256: randomBytes(32).toString('hex'), ...fields };
}

/** A key that nobody has, of an input of its own. */
export function anIdempotency(): Idempotency {
  const inputSha256 = randomBytes(32).toString('hex');
  return { key: randomUUID(), inputSha256, since: new Date(Date.now() - minute) };
}

/** What a create makes once it has an image. */
export function madeBy({ resource }: NewCreate, image: StoredImage): Resource {
  return aResource({ ...resource, image: { ...image, ...resource.image } });
}

/** A replacement of a resource's image by another of its own. */
export function aReplacement(key: VersionedKey, fields: Partial<NewReplacement> = {}): NewReplacement {
  const { id: _id, url: _url, ...image } = anImage({ contentType: 'image/gif', width: 1, height: 2, sizeBytes: 3 });
  return { lease: aLease(), ...someTimes(), key: keyOf(key), changes: { image }, ...fields };
}

export function aDeletion(key: VersionedKey, fields: Partial<NewDeletion> = {}): NewDeletion {
  return { lease: aLease(), ...someTimes(), key: keyOf(key), ...fields };
}

const keyOf = ({ id, ownerId, expectedVersion }: VersionedKey): VersionedKey => ({ id, ownerId, expectedVersion });

/** Every operation that is open, claimed by the way: for a minute, unless it is said until when. */
export function claimAll({ operations }: ResourceStore, until = aLease().until): Promise<OpenOperation[]> {
  return operations.claim({ now: new Date('9999-01-01'), until, limit: 1_000 });
}
