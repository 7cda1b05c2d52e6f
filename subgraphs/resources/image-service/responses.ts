import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Response } from 'node-fetch';
import { z } from 'zod';
import { parseJson } from '../../../platform/json.ts';
import type { CreatedImage, ImageListing, ListedImage, PublicHash } from './client.ts';
import { UnexpectedAnswer } from './http.ts';

/** An answer of the image service's API, read whole. */
export interface Answer {
  response: Response;
  text: string;
}

const createdImage = z.object({ id: z.string().regex(/^[0-9a-f]{24}$/), imageUrl: z.url({ protocol: /^https?$/ }) });
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const listedImage = createdImage
  .extend({ contentType: z.string(), createdAt: time, updatedAt: time })
  // What is listed with another's URL would be taken for what that is.
  .refine(({ id, imageUrl }) => imageUrl.endsWith(`/${id}`))
  .transform(({ imageUrl, ...image }): ListedImage => ({ ...image, url: imageUrl }));

/** 201 with the new image. */
export function readCreated({ response, text }: Answer): CreatedImage {
  const created = createdImage.safeParse(parseJson(text));
  if (response.status !== 201 || !created.success) throw unexpected(response);
  return { id: created.data.id, url: created.data.imageUrl };
}

/** 204, or 404 where there is no such image. */
export function readIsThere({ response }: Answer): boolean {
  if (response.status !== 204 && response.status !== 404) throw unexpected(response);
  return response.status === 204;
}

/** 200 with an array; undefined where there is no listing, or something else in its place. */
export function readList({ response, text }: Answer): ImageListing | undefined {
  if (response.status === 404 || response.status === 405) return undefined;
  if (response.status !== 200) throw unexpected(response);
  const listed = parseJson(text);
  if (!Array.isArray(listed)) return undefined;
  const images = listed.flatMap((element: unknown) => listedImage.safeParse(element).data ?? []);
  return { images, isWhole: images.length === listed.length };
}

/** Hashes an image while it comes, so that it is never kept; 404 or 410 where there is nothing. */
export async function readHash(response: Response, maxBytes: number): Promise<PublicHash | undefined> {
  // A page that stands in an image's place says nothing of the image.
  const isImage = /^image\//i.test(response.headers.get('content-type') ?? 'image/*');
  if (response.status !== 200 || !isImage) return readNothing(response);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return { type: 'TOO_LONG' };
    hash.update(chunk);
  }
  return { type: 'HASH', sha256: hash.digest('hex') };
}

/** Its body may be of any length: it is let go of, and its connection with it. */
function readNothing(response: Response): undefined {
  (response.body as Readable | null)?.destroy();
  if (response.status !== 404 && response.status !== 410) throw unexpected(response);
}

function unexpected({ status, headers }: Response): UnexpectedAnswer {
  return new UnexpectedAnswer(status, headers.get('content-type'));
}
