import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { type ImageServiceSettings, startImageService } from '../server.ts';

/** The token that the services of the tests take. */
export const TOKEN = 'a token for the tests alone';

/** The smallest GIF, and a PNG that differs from it in every way that counts here. */
export const gif = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64');

/** The same two as a request's body. */
export const aGif = { data: gif.toString('base64'), contentType: 'image/gif' };
export const aPng = { data: png.toString('base64'), contentType: 'image/png' };

/** The headers of a request that may, and that has a body. */
export const asJson = { 'X-API-Private-Token': TOKEN, 'Content-Type': 'application/json' };

/** An id as ids are, which no image has. */
export const noImage = '0123456789abcdef01234567';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'image-service-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A service that runs until the test is over, with what a test wants to ask it. */
export async function startTestService(settings: Partial<ImageServiceSettings> = {}) {
  const folder = settings.folder ?? (await temporaryFolder());
  const service = await startImageService({ host: '127.0.0.1', port: 0, token: TOKEN, ...settings, folder });
  onTestFinished(() => service.stop(0));
  const api = `${service.url}/images/api/v1`;

  /** Calls the private interface; `body` is sent as JSON. */
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${api}${path}`, {
      method,
      headers: asJson,
      body: body === undefined ? null : JSON.stringify(body),
    });

  /** Stores an image, the GIF where none is given, and answers with what the service tells of it. */
  const store = async (bytes = gif, contentType = 'image/gif') => {
    const response = await call('POST', '/images', { data: bytes.toString('base64'), contentType });
    return (await response.json()) as ToldImage;
  };

  return { ...service, folder, api, call, store };
}

/** What an error is answered with. */
export const errorOf = (status: number, message: unknown = expect.any(String)) => ({ status_code: status, message });

/** The bytes of an answer. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** What the service tells of an image. */
export interface ToldImage {
  imageUrl: string;
  contentType: string;
  createdAt: string;
  updatedAt: string;
  id: string;
}

/** Sends a request as it is given: fetch would tidy up the path, and refuses to leave a body unfinished. */
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
