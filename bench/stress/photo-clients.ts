import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { Client } from 'undici';
import { drawScene, scenes } from '../../tests/corpus/fitting/scenes.ts';
import type { User } from '../harness/users.ts';

/** A request that creates a resource with the photo. */
export interface PhotoRequest {
  form: 'multipart' | 'JSON';
  contentType: string;
  body: Buffer;
}

/** A photo that was stored, or given up. */
export interface Upload {
  isStored: boolean;
  /** From the first attempt to the last response. */
  totalMs: number;
  /** Time of the last request alone. */
  responseMs: number;
  attempts: number;
  /** Attempts that were SERVICE_UNAVAILABLE with Retry-After. */
  rejected: number;
  /** Other failures, by message. */
  failures: string[];
}

/** Draws a photo of 12 megapixels and some 12 megabytes. */
export async function drawPhoto(): Promise<Buffer> {
  const scene = scenes.find(({ name }) => name === 'leaves');
  if (!scene) throw new Error('There is no scene of leaves.');
  const drawn = await (await drawScene(scene, { width: 4_032, height: 3_024 })).png({ compressionLevel: 0 }).toBuffer();
  let photo = Buffer.alloc(0);
  for (let quality = 96; quality <= 100 && photo.length < 11.5e6; quality += 1)
    photo = await sharp(drawn).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
  return photo;
}

const query = `mutation Create($input: CreateResourceInput!) {
  createResource(input: $input) { resource { id image { url sizeBytes } } }
}`;

/** Writes requests for a photo with `fit`, as a file and as base64. */
export function photoRequests(photo: Buffer): PhotoRequest[] {
  const variables = (data: string | null) => ({ input: { title: 'A photo', image: { data, fit: true } } });
  const boundary = 'the-boundary-of-the-benchmark';
  const part = (name: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="0"; filename="photo.jpg"\r\n\r\n`;
  const operations = JSON.stringify({ query, variables: variables(null) });
  const start = `${part('operations', operations)}${part('map', '{"0":["variables.input.image.data"]}')}${file}`;
  return [
    {
      form: 'multipart',
      contentType: `multipart/form-data; boundary=${boundary}`,
      body: Buffer.concat([Buffer.from(start), photo, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    },
    {
      form: 'JSON',
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify({ query, variables: variables(photo.toString('base64')) })),
    },
  ];
}

/** Clients that would never be served must not keep the benchmark from its end. */
const giveUpAfterMs = 60_000;
const timeoutMs = 120_000;

/** Linux answers on every loopback address, so that each client can have one of its own. */
export const loopbackAddress = (nth: number) => `127.0.0.${nth + 2}`;

/** A client with an address of its own, which sends one photo at a time. */
export function createPhotoClient(url: string, user: User, address: string) {
  const { origin, pathname: path } = new URL(url);
  const client = new Client(origin, { localAddress: address, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });

  const send = async ({ contentType, body }: PhotoRequest) => {
    const headers = {
      ...{ 'content-type': contentType, accept: 'application/json', authorization: user.authorization },
      'apollo-require-preflight': 'true',
    };
    const response = await client.request({ path, method: 'POST', headers, body });
    const text = await response.body.text();
    const retryAfter = Number(response.headers['retry-after'] ?? 0);
    return { isStored: text.includes('"sizeBytes":'), retryAfter, text };
  };

  /** Sends a photo until it is stored, after the waits that the server asks for. */
  const upload = async (request: PhotoRequest): Promise<Upload> => {
    const startedAt = performance.now();
    const result = { rejected: 0, failures: [] as string[] };
    for (let attempts = 1; ; attempts += 1) {
      const sentAt = performance.now();
      // The server may close the connection while the body is being sent, and its response be lost.
      const outcome = await send(request).catch((error: Error) => ({
        ...{ isStored: false, retryAfter: 0, text: JSON.stringify({ errors: [{ message: error.message }] }) },
      }));
      const endedAt = performance.now();
      if (outcome.isStored || endedAt - startedAt > giveUpAfterMs) {
        const { isStored } = outcome;
        return { ...result, isStored, attempts, totalMs: endedAt - startedAt, responseMs: endedAt - sentAt };
      }
      if (outcome.retryAfter > 0) result.rejected += 1;
      else result.failures.push(/"message":"([^"]*)"/.exec(outcome.text)?.[1] ?? outcome.text.slice(0, 100));
      // With jitter, as clients should: those that were rejected together would come back together.
      await setTimeout((outcome.retryAfter || 1) * 1000 * (0.75 + Math.random() / 2));
    }
  };
  return { upload, close: () => client.close() };
}
