import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { ImageCall, ImageClient, ListedImage } from '../image-service/client.ts';
import type { OperationStore } from '../storage/operation-store.ts';
import { maxReservationBytes } from './reservation.ts';

/** Whose image is looked for. */
export interface Wanted {
  startedAt: Date;
  settlesAt: Date;
  reservationSha256: string;
}

/** What a look at the image service found. */
export interface Findings {
  /** The image that has the hash. */
  imageId: string | undefined;
  /** Images of reservations of other times, which came after nobody waited for them any more. */
  strays: { imageId: string; sha256: string }[];
  /** Whether everything that could be it was looked at, of what is listed. */
  isComplete: boolean;
  /** Whether the listing says of everything what it is. */
  isAllListed: boolean;
}

/** Looks for the image of a reservation; undefined where the service offers no listing. */
export type SearchReservation = (wanted: Wanted, call: ImageCall) => Promise<Findings | undefined>;

/** How far the service's clock and ours may lie apart. */
const clockAllowanceMs = 60 * 60 * 1000;
const hashedAtOnce = 4;
/** The rest comes with the next look, so that a service full of other people's images delays nobody else's. */
const hashedPerLook = 200;
const rememberedForeign = 100_000;

/**
 * Tells our images from everybody's by their bytes: only what hashes to a recorded reservation is ours. What can be none
 * by its time or type, or is in use, is not even looked at; what was looked at once is not looked at again.
 */
export function createReservationSearch(parts: {
  operations: OperationStore;
  imageClient: ImageClient;
}): SearchReservation {
  const { operations, imageClient } = parts;
  const foreign = new LRUCache<string, true>({ max: rememberedForeign });
  const unserved = new LRUCache<string, true>({ max: rememberedForeign });
  const atOnce = pLimit(hashedAtOnce);

  const candidatesOf = async (listed: readonly ListedImage[], wanted: Wanted): Promise<ListedImage[]> => {
    const possible = listed.filter((image) => couldBe(image, wanted) && !foreign.has(nameOf(image)));
    const inUse = new Set(await operations.referredTo(possible.map(({ id }) => id)));
    const free = possible.filter(({ id }) => !inUse.has(id));
    // What was not served the last time comes last, so that it keeps nobody from being looked at.
    const wasServed = (image: ListedImage) => !unserved.has(nameOf(image));
    return [...free.filter(wasServed), ...free.filter((image) => !wasServed(image))];
  };

  const hash = async (image: ListedImage, call: ImageCall) => {
    const served = await imageClient.publicHash(image.url, { ...call, maxBytes: maxReservationBytes });
    if (served?.type === 'TOO_LONG') foreign.set(nameOf(image), true);
    const sha256 = served?.type === 'HASH' ? served.sha256 : undefined;
    if (!served) unserved.set(nameOf(image), true);
    return { image, sha256, isServed: served !== undefined };
  };

  const oursAmong = async (hashed: { image: ListedImage; sha256: string | undefined }[]) => {
    const known = hashed.flatMap(({ image, sha256 }) => (sha256 === undefined ? [] : [{ image, sha256 }]));
    const recorded = new Set(await operations.reservationsAmong(known.map(({ sha256 }) => sha256)));
    for (const { image, sha256 } of known) if (!recorded.has(sha256)) foreign.set(nameOf(image), true);
    return known.flatMap(({ image, sha256 }) => (recorded.has(sha256) ? [{ imageId: image.id, sha256 }] : []));
  };

  return async (wanted, call) => {
    const listing = await imageClient.list(call);
    if (!listing) return undefined;
    const candidates = await candidatesOf(listing.images, wanted);
    const looks = candidates.slice(0, hashedPerLook).map((image) => atOnce(() => hash(image, call)));
    const outcomes = await Promise.allSettled(looks);
    const ours = await oursAmong(
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    );
    const imageId = ours.find(({ sha256 }) => sha256 === wanted.reservationSha256)?.imageId;
    const failed = outcomes.find(({ status }) => status === 'rejected');
    // It may be the one that could not be looked at.
    if (imageId === undefined && failed?.status === 'rejected') throw failed.reason;
    const strays = ours.filter((image) => image.imageId !== imageId);
    // What is listed and not served yet may still be it.
    const isServed = outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value.isServed);
    const isComplete = isServed && candidates.length <= hashedPerLook;
    return { imageId, strays, isComplete, isAllListed: listing.isWhole };
  };
}

/** An image whose bytes have changed is another. */
const nameOf = ({ id, updatedAt }: ListedImage) => `${id} ${updatedAt.getTime()}`;

function couldBe({ contentType, createdAt }: ListedImage, { startedAt, settlesAt }: Wanted): boolean {
  const isOfTime =
    createdAt.getTime() >= startedAt.getTime() - clockAllowanceMs &&
    createdAt.getTime() <= settlesAt.getTime() + clockAllowanceMs;
  return isOfTime && contentType === 'image/png';
}
