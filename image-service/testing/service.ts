import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type ImageServiceSettings, startImageService } from '../server.ts';

export const TOKEN = 'a token for the tests alone';

/** The smallest GIF, and a PNG that differs from it in bytes, size and type. */
export const gif = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64');

/** The beginning of a JPEG. */
export const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQ==', 'base64');

/** Request bodies of the first two. */
export const aGif = { data: gif.toString('base64'), contentType: 'image/gif' };
export const aPng = { data: png.toString('base64'), contentType: 'image/png' };

/** Headers of an authorised request with a JSON body. */
export const asJson = { 'X-API-Private-Token': TOKEN, 'Content-Type': 'application/json' };

/** A well-formed id that no image has. */
export const noImage = '0123456789abcdef01234567';

/** Creates a folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'image-service-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a service that runs until the end of the test. */
export async function startTestService(settings: Partial<ImageServiceSettings> = {}) {
  const folder = settings.folder ?? (await temporaryFolder());
  const service = await startImageService({ host: '127.0.0.1', port: 0, token: TOKEN, ...settings, folder });
  onTestFinished(() => service.stop(0));
  const api = `${service.url}/images/api/v1`;

  /** Calls the private API; sends `body` as JSON. */
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${api}${path}`, {
      method,
      headers: asJson,
      body: body === undefined ? null : JSON.stringify(body),
    });

  /** Stores an image, by default the GIF, and returns its metadata. */
  const store = async (bytes = gif, contentType = 'image/gif') => {
    const response = await call('POST', '/images', { data: bytes.toString('base64'), contentType });
    return (await response.json()) as ApiImage;
  };

  return { ...service, folder, api, call, store };
}

/** A log and its lines. */
export function collectLog() {
  const lines: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void) => {
    lines.push(chunk.toString());
    done();
  };
  return { lines, log: pino(new Writable({ write })) };
}

/** The body of an error response. */
export const errorOf = (status: number, message: unknown = expect.any(String)) => ({ status_code: status, message });

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** An image's metadata in the API. */
export interface ApiImage {
  imageUrl: string;
  contentType: string;
  createdAt: string;
  updatedAt: string;
  id: string;
}

/** Sends a request unchanged: fetch would normalise its path, and cannot leave its body unfinished. */
export function exchange(url: string, options: RequestOptions & { body?: string | undefined; isUnfinished?: boolean }) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>((resolve, reject) => {
    const sending = request(url, { agent: false, ...options }, async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) });
      sending.destroy();
    });
    sending.on('error', reject);
    if (options.body !== undefined) sending.write(options.body);
    if (options.isUnfinished) sending.flushHeaders();
    else sending.end();
  });
}
