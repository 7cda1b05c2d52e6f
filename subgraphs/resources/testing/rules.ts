import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { createImageClient } from '../image-service/client.ts';
import { createImageReader } from '../images/image-reader.ts';
import { createDeleteImage } from '../operations/image-deletion.ts';
import { createLeases, leaseMsOf } from '../operations/leases.ts';
import { startReconciler } from '../operations/reconciler.ts';
import { createRecovery } from '../operations/recovery.ts';
import { createReservationSearch } from '../operations/reservation-search.ts';
import { keyLifetimeMs } from '../resources/idempotency.ts';
import { createResources } from '../resources/resources.ts';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';
import { startProxy } from './image-service-proxy.ts';
import { png } from './images.ts';
import { inlineDecoder } from './inline-decoder.ts';
import { markReadOnly } from './read-only.ts';

const token = 'a token for these tests';
const maxImageBytes = 10_000;

/** An image input; the width makes it distinct. */
export const imageOf = async (width: number) => ({ data: (await png({ width, height: 2 })).toString('base64') });

interface Process {
  file: string;
  imageUrl: string;
  timing: { settleMs: number; requestMs: number; attemptMs: number };
  maxHashesPerSearch?: number | undefined;
  log: Logger;
}

/** Creates the rules as one process has them; they are closed after the test. */
function startProcess({ file, imageUrl, timing, maxHashesPerSearch = 200, log }: Process) {
  const store = openSqliteResourceStore(file, { lockWait: { maxWaitMs: 50 } });
  const { operations } = store;
  const baseUrl = `${imageUrl}/images/api/v1`;
  const imageClient = createImageClient({ baseUrl, token, timeoutMs: timing.attemptMs, retryDelayMs: 10 });
  onTestFinished(() => {
    imageClient.close();
    store.close();
  });
  const leases = createLeases({ operations, timing, handOverRetryMs: 50, log });
  const deleteImage = createDeleteImage({ operations, imageClient, leases, log });
  const readImage = createImageReader({ maxBytes: maxImageBytes, decoder: inlineDecoder, log });
  const resources = createResources({ store, readImage, imageClient, leases, deleteImage });
  const searchReservation = createReservationSearch({ operations, imageClient, maxHashesPerSearch });
  const recover = createRecovery({ operations, imageClient, searchReservation, retryMs: 100, log });
  let isReconciling = false;
  /** Starts the reconciler, unless it runs already. */
  const reconcile = () => {
    if (isReconciling) return;
    isReconciling = true;
    const { revocations } = store;
    const leaseMs = leaseMsOf(timing);
    const reconciler = startReconciler({ operations, revocations, recover, leaseMs, everyMs: 20, keyLifetimeMs, log });
    onTestFinished(() => reconciler.stop());
  };
  /** Creates a user with a new id, or the same user in another process. */
  const signUp = (viewerId: string = randomUUID()) => userOf(resources, viewerId);
  return { store, resources, reconcile, recover, signUp };
}

/** Starts the rules with a real store and the real stand-in behind a proxy; all are closed after the test. */
export async function startRules({
  settleMs = 100,
  requestMs = 10_000,
  attemptMs = 10_000,
  maxHashesPerSearch = 200,
} = {}) {
  const service = await startImageService({ host: '127.0.0.1', port: 0, token, folder: folderOfTest() });
  const proxy = await startProxy(service.url);
  const file = join(folderOfTest(), 'resources.sqlite');
  const { log, lines } = captureLog();
  onTestFinished(async () => {
    await proxy.stop();
    await service.stop(0);
  });
  const timing = { settleMs, requestMs, attemptMs };
  const startOne = () => startProcess({ file, imageUrl: proxy.url, timing, maxHashesPerSearch, log });
  const { store, resources, reconcile, recover, signUp } = startOne();
  const second = new Database(file);
  onTestFinished(() => {
    second.close();
  });

  /** Ids and URLs of all images at the image service. */
  const storedImages = async () => {
    const response = await fetch(`${service.url}/images/api/v1/images`, { headers: { 'x-api-private-token': token } });
    return ((await response.json()) as { id: string; imageUrl: string }[]).map(({ id, imageUrl }) => ({
      id,
      url: imageUrl,
    }));
  };
  const send = (method: string, path: string, data: string) => {
    const headers = { 'x-api-private-token': token, 'content-type': 'application/json' };
    const body = JSON.stringify({ data, contentType: 'image/png' });
    return fetch(`${service.url}/images/api/v1/images${path}`, { method, headers, body });
  };
  /** Stores an image directly at the image service; returns its id and URL. */
  const putImage = async (data: string) => {
    const response = await send('POST', '', data);
    expect(response.status).toBe(201);
    const { id, imageUrl: url } = (await response.json()) as { id: string; imageUrl: string };
    return { id, url };
  };
  /** Stores an image of another program; returns its id. */
  const addForeign = async (data: string) => (await putImage(data)).id;
  /** Replaces an image's bytes directly at the image service. */
  const overwrite = async (id: string, data: string) => {
    const { status } = await send('PUT', `/${id}`, data);
    expect(status).toBe(204);
  };
  /** Deletes an image directly at the image service. */
  const loseImage = async (id: string) => {
    const headers = { 'x-api-private-token': token };
    const { status } = await fetch(`${service.url}/images/api/v1/images/${id}`, { method: 'DELETE', headers });
    expect(status).toBe(204);
  };
  /** Returns the SHA-256 of the bytes at a URL. */
  const servedAt = async (url: string) => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  };
  const database = {
    /** Takes the write lock as another process would; each write then waits, and fails. */
    lock: () => second.exec('BEGIN IMMEDIATE'),
    unlock: () => second.exec('ROLLBACK'),
    /** Makes the database read-only; attempts to write fail at once. */
    freeze: () => markReadOnly(second),
    /** Expires all leases, as if the requests had died; with `isSettled` also their calls have settled. */
    abandon: ({ isSettled = true } = {}) => {
      second.exec("UPDATE operations SET lease_until = 0, due_at = 0 WHERE state <> 'ENDED'");
      if (isSettled) second.prepare("UPDATE operations SET settles_at = ? WHERE state <> 'ENDED'").run(Date.now());
    },
    /** Moves the start of all operations into the past. */
    age: (ms: number) => second.prepare('UPDATE operations SET started_at = started_at - ?').run(ms),
    /** Replaces the hash of the input that is stored with each key. */
    setInputHash: (sha256: string | undefined) =>
      second.prepare('UPDATE operations SET input_sha256 = ? WHERE idempotency_key IS NOT NULL').run(sha256),
    /** States of the operations that are due or held. */
    due: () =>
      second
        .prepare("SELECT state FROM operations WHERE state <> 'ENDED' AND (due_at <= @now OR lease_until > @now)")
        .pluck()
        .all({ now: Date.now() }),
    /** States of all open operations. */
    open: () => second.prepare("SELECT state FROM operations WHERE state <> 'ENDED' ORDER BY id").pluck().all(),
  };

  /** Starts the reconciler and waits until no operation is open. */
  const reconciled = async () => {
    reconcile();
    await expect.poll(database.open, { interval: 5 }).toEqual([]);
  };

  return {
    resources,
    store,
    reconciled,
    recover,
    reconcile,
    anotherProcess: startOne,
    proxy,
    lines,
    storedImages,
    putImage,
    addForeign,
    overwrite,
    loseImage,
    servedAt,
    database,
    signUp,
  };
}

/** The rules as one user calls them. */
function userOf(resources: ReturnType<typeof createResources>, viewerId: string) {
  const caller = { viewerId, requestId: randomUUID() };
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

/** Matches an ApiError with these extensions. */
export const apiErrorWith = (extensions: object) => expect.objectContaining({ name: 'ApiError', extensions });
export const notFound = apiErrorWith({ code: 'NOT_FOUND' });
export const inProgress = apiErrorWith({ code: 'CONFLICT', reason: 'IN_PROGRESS' });
export const versionPassed = (currentVersion: number) =>
  apiErrorWith({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion });
export const imageServiceUnavailable = apiErrorWith({ code: 'IMAGE_SERVICE_UNAVAILABLE' });
export const unauthenticated = apiErrorWith({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
export const unavailable = apiErrorWith({ code: 'SERVICE_UNAVAILABLE' });
/** Thrown by storage; resolvers turn it into SERVICE_UNAVAILABLE. */
export const databaseUnavailable = expect.objectContaining({ name: 'DatabaseUnavailableError' });
