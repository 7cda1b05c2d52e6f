import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Response } from 'node-fetch';
import { z } from 'zod';
import { parseJson } from '../../../platform/json.ts';
import { UnexpectedResponseError } from './http.ts';

/** A response of the image service's API with its whole body. */
export interface ApiResponse {
  response: Response;
  text: string;
}

/** A new image. */
export interface CreatedImage {
  id: string;
  /** Absolute http or https URL; does not change when the image is replaced. */
  url: string;
}

/** An image in the service's listing. */
export interface ListedImage {
  id: string;
  url: string;
  contentType: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface ImageListing {
  images: ListedImage[];
  /** False if the listing has entries that are not as documented; `images` leaves them out. */
  isValid: boolean;
}

/** The hash of the bytes at a public URL, in lower-case hex; undefined when there are more bytes than the limit. */
export interface PublicHash {
  sha256: string | undefined;
}

const createdImage = z.object({ id: z.string().regex(/^[0-9a-f]{24}$/), imageUrl: z.url({ protocol: /^https?$/ }) });
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const listedImage = createdImage
  .extend({ contentType: z.string(), createdAt: time, updatedAt: time })
  // An entry with another image's URL would be mistaken for that image.
  .refine(({ id, imageUrl }) => imageUrl.endsWith(`/${id}`))
  .transform(({ imageUrl, ...image }): ListedImage => ({ ...image, url: imageUrl }));

/** Expects 201 with the new image. */
export function readCreated({ response, text }: ApiResponse): CreatedImage {
  const created = createdImage.safeParse(parseJson(text));
  if (response.status !== 201 || !created.success) throw unexpected(response);
  return { id: created.data.id, url: created.data.imageUrl };
}

/** Expects 204, or 404 if there is no such image. */
export function readExists({ response }: ApiResponse): boolean {
  if (response.status !== 204 && response.status !== 404) throw unexpected(response);
  return response.status === 204;
}

/** Expects 200 with an array. Undefined if the service offers no listing or the body is not an array. */
export function readList({ response, text }: ApiResponse): ImageListing | undefined {
  if (response.status === 404 || response.status === 405) return undefined;
  if (response.status !== 200) throw unexpected(response);
  const listed = parseJson(text);
  if (!Array.isArray(listed)) return undefined;
  const images = listed.flatMap((element: unknown) => listedImage.safeParse(element).data ?? []);
  return { images, isValid: images.length === listed.length };
}

/** Hashes an image while it streams in, without storing it. Undefined for 404 and 410. */
export async function readHash(response: Response, maxBytes: number): Promise<PublicHash | undefined> {
  // A page in place of an image says nothing about the image.
  const isImage = /^image\//i.test(response.headers.get('content-type') ?? 'image/*');
  if (response.status !== 200 || !isImage) return discardBody(response);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return { sha256: undefined };
    hash.update(chunk);
  }
  return { sha256: hash.digest('hex') };
}

/** Destroys the body, which may be of any length, together with its connection. Throws unless the status is 404 or 410. */
function discardBody(response: Response): undefined {
  (response.body as Readable | null)?.destroy();
  if (response.status !== 404 && response.status !== 410) throw unexpected(response);
}

function unexpected({ status, headers }: Response): UnexpectedResponseError {
  return new UnexpectedResponseError(status, headers.get('content-type'));
}
