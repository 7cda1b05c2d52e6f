import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { ImageCall, ImageClient, ListedImage } from '../image-service/client.ts';
import type { OperationStore } from '../storage/operation-store.ts';
import { maxReservationBytes } from './reservation.ts';

/** The reservation whose image is searched for. */
export interface SearchTarget {
  startedAt: Date;
  settlesAt: Date;
  reservationSha256: string;
}

export interface SearchResult {
  /** The image with the reservation's hash. */
  imageId: string | undefined;
  /** Images of other reservations, which arrived after their creates were abandoned. */
  orphans: { imageId: string; sha256: string }[];
  /** True if every listed image that could be the reservation's was hashed. */
  isComplete: boolean;
  /** True if every entry of the service's listing was valid. */
  isListingValid: boolean;
}

/** Searches the image service for a reservation's image. Undefined if the service offers no listing. */
export type SearchReservation = (target: SearchTarget, call: ImageCall) => Promise<SearchResult | undefined>;

/** Largest difference tolerated between the service's clock and ours. */
const clockSkewMs = 60 * 60 * 1000;
const concurrentHashes = 4;
const cachedImages = 100_000;

/**
 * Recognises our images by their bytes alone: an image is ours if its hash is a recorded reservation's. Images that the
 * time, the type or a reference rules out are not fetched, and foreign images are fetched only once.
 */
export function createReservationSearch(parts: {
  operations: OperationStore;
  imageClient: ImageClient;
  /** Bounds one search, so that a service full of foreign images does not delay other operations; default: 200. */
  maxHashesPerSearch?: number;
}): SearchReservation {
  const { operations, imageClient, maxHashesPerSearch = 200 } = parts;
  const foreign = new LRUCache<string, true>({ max: cachedImages });
  const unserved = new LRUCache<string, true>({ max: cachedImages });
  const limitHashes = pLimit(concurrentHashes);

  const candidatesOf = async (listed: readonly ListedImage[], target: SearchTarget): Promise<ListedImage[]> => {
    const possible = listed.filter((image) => isPossible(image, target) && !foreign.has(cacheKey(image)));
    const referenced = new Set(await operations.referencedImages(possible.map(({ id }) => id)));
    const free = possible.filter(({ id }) => !referenced.has(id));
    // Images that were listed but not served last time come last, so that they do not use up the limit.
    const wasServed = (image: ListedImage) => !unserved.has(cacheKey(image));
    return [...free.filter(wasServed), ...free.filter((image) => !wasServed(image))];
  };

  const hash = async (image: ListedImage, call: ImageCall) => {
    const served = await imageClient.publicHash(image.url, { ...call, maxBytes: maxReservationBytes });
    if (!served) unserved.set(cacheKey(image), true);
    else if (served.sha256 === undefined) foreign.set(cacheKey(image), true);
    return { image, sha256: served?.sha256, isServed: served !== undefined };
  };

  const oursAmong = async (hashed: { image: ListedImage; sha256: string | undefined }[]) => {
    const complete = hashed.flatMap(({ image, sha256 }) => (sha256 === undefined ? [] : [{ image, sha256 }]));
    const recorded = new Set(await operations.recordedReservations(complete.map(({ sha256 }) => sha256)));
    for (const { image, sha256 } of complete) if (!recorded.has(sha256)) foreign.set(cacheKey(image), true);
    return complete.flatMap(({ image, sha256 }) => (recorded.has(sha256) ? [{ imageId: image.id, sha256 }] : []));
  };

  return async (target, call) => {
    const listing = await imageClient.list(call);
    if (!listing) return undefined;
    const candidates = await candidatesOf(listing.images, target);
    const hashing = candidates.slice(0, maxHashesPerSearch).map((image) => limitHashes(() => hash(image, call)));
    const outcomes = await Promise.allSettled(hashing);
    const ours = await oursAmong(
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    );
    const imageId = ours.find(({ sha256 }) => sha256 === target.reservationSha256)?.imageId;
    const failed = outcomes.find(({ status }) => status === 'rejected');
    // The image that could not be fetched may be the one searched for.
    if (imageId === undefined && failed?.status === 'rejected') throw failed.reason;
    const orphans = ours.filter((image) => image.imageId !== imageId);
    // An image that is listed but not served yet may be the one searched for, too.
    const areServed = outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value.isServed);
    const isComplete = areServed && candidates.length <= maxHashesPerSearch;
    return { imageId, orphans, isComplete, isListingValid: listing.isValid };
  };
}

/** Changes when the image's bytes change. */
const cacheKey = ({ id, updatedAt }: ListedImage) => `${id} ${updatedAt.getTime()}`;

function isPossible({ contentType, createdAt }: ListedImage, { startedAt, settlesAt }: SearchTarget): boolean {
  const isOfTime =
    createdAt.getTime() >= startedAt.getTime() - clockSkewMs &&
    createdAt.getTime() <= settlesAt.getTime() + clockSkewMs;
  return isOfTime && contentType === 'image/png';
}
