import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import { startImageService } from '../../image-service/start.ts';
import { captureLog } from '../../tests/captured-log.ts';
import { folderOfTest } from '../../tests/folder-of-test.ts';
import { createImageClient } from './image-client.ts';
import { createImageReader } from './images.ts';
import { createResources } from './resources.ts';
import { openSqliteResourceStore } from './storage/sqlite.ts';
import { markReadOnly } from './storage/test-read-only.ts';
import { openGate } from './test-gate.ts';
import { png } from './test-images.ts';

const token = 'a token for these tests';

/** An image as a client gives it, of a width that tells it from others. */
export const imageOf = async (width: number) => ({ data: (await png({ width, height: 2 })).toString('base64') });

/** The rules over a real store and the real stand-in, with a gate between; all of it is gone after the test. */
export async function startRules() {
  const service = await startImageService({ host: '127.0.0.1', port: 0, token, folder: folderOfTest() });
  const gate = await openGate(service.url);
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
  const imageClient = createImageClient({ baseUrl: `${gate.url}/images/api/v1`, token, timeoutMs: 10_000 });
  const { log, lines } = captureLog();
  const resources = createResources({ store, readImage: createImageReader({ maxBytes: 10_000 }), imageClient, log });
  const second = new Database(file);
  onTestFinished(async () => {
    imageClient.close();
    second.close();
    store.close();
    await gate.stop();
    await service.stop(0);
  });

  /** What the image service holds: ids and URLs. */
  const storedImages = async () => {
    const response = await fetch(`${service.url}/images/api/v1/images`, { headers: { 'x-api-private-token': token } });
    return ((await response.json()) as { id: string; imageUrl: string }[]).map(({ id, imageUrl }) => ({
      id,
      url: imageUrl,
    }));
  };
  /** Removes an image behind the rules' back. */
  const loseImage = async (id: string) => {
    const headers = { 'x-api-private-token': token };
    const { status } = await fetch(`${service.url}/images/api/v1/images/${id}`, { method: 'DELETE', headers });
    expect(status).toBe(204);
  };
  /** SHA-256 of what is served at a URL. */
  const servedAt = async (url: string) => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  };
  const database = {
    /** Another writer takes the database, and gives it back; each attempt to write waits two seconds for that. */
    lock: () => second.exec('BEGIN IMMEDIATE'),
    unlock: () => second.exec('ROLLBACK'),
    /** The database can be read only from now on, without any waiting. */
    freeze: () => markReadOnly(second),
  };

  return {
    resources,
    store,
    gate,
    lines,
    storedImages,
    loseImage,
    servedAt,
    database,
    signUp: () => personOf(resources),
  };
}

/** Somebody with an id, and what they may do. */
function personOf(resources: ReturnType<typeof createResources>) {
  const caller = { viewerId: randomUUID(), requestId: randomUUID() };
  const { viewerId } = caller;
  return {
    ...caller,
    create: async (input: Partial<Parameters<typeof resources.create>[1]> = {}) =>
      resources.create(caller, { title: 'A picture', image: await imageOf(3), ...input }),
    update: (input: Parameters<typeof resources.update>[1]) => resources.update(caller, input),
    delete: (input: Parameters<typeof resources.delete>[1]) => resources.delete(caller, input),
    find: (id: string) => resources.find(viewerId, id),
    list: async () => (await resources.list(viewerId, { orderBy: 'NEWEST' })).nodes,
  };
}

/** What a refusal looks like to a client. */
export const refusal = (extensions: object) => expect.objectContaining({ name: 'Refusal', extensions });
export const notFound = refusal({ code: 'NOT_FOUND' });
export const inProgress = refusal({ code: 'CONFLICT', reason: 'IN_PROGRESS' });
export const passed = (currentVersion: number) =>
  refusal({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion });
export const imageServiceUnavailable = refusal({ code: 'IMAGE_SERVICE_UNAVAILABLE' });
export const unavailable = refusal({ code: 'SERVICE_UNAVAILABLE' });
