import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { openImageFiles } from '../../image-service/image-files.ts';
import { readSecret } from '../../platform/process/secret-file.ts';
import { fixture, temporaryFolder } from '../support/files.ts';
import { register } from '../support/graphql/accounts.ts';
import { createStored } from '../support/graphql/documents.ts';
import {
  type ClientKind,
  type Ledger,
  type NamedRequests,
  runUntilStopped,
} from '../support/http/clients-until-stop.ts';
import { type FourProcesses, startFourProcesses } from '../support/systems/four-processes.ts';
import { run } from '../support/systems/spawned.ts';
import { usersAt } from '../support/systems/users.ts';

type Name = keyof FourProcesses['processes'];

let folder: ReturnType<typeof temporaryFolder>;
let all: FourProcesses;
/** Kills the processes that still run. */
let end: () => Promise<void>;

/** Starts all processes. The named one gets more variables. */
async function start(name: Name, variables: Record<string, string>) {
  const unlimited = { REGISTRATIONS_PER_ADDRESS: '0' };
  const own = { [name]: variables };
  all = await startFourProcesses({
    folder: folder.path,
    secrets: ensureSecrets(join(folder.path, 'secrets')),
    more: { ...own, auth: { ...unlimited, ...own.auth } },
  });
  end = all.end;
}

beforeEach(() => {
  folder = temporaryFolder();
  end = async () => {};
});
afterEach(async () => {
  await end();
  folder.remove();
});

const json = { 'content-type': 'application/json' };
const image = { data: fixture('four-colours.png').toString('base64') };

/** The image service takes what begins like an image. */
const gifSignature = 'GIF89a';

/** Requests that a process executes, named by what they store. They go to its URL, or to the gateway's. */
async function requestsTo(name: Name, url = all[name]): Promise<NamedRequests> {
  if (name === 'imageService') {
    const token = readSecret(join(folder.path, 'secrets', 'image-service-token'), (text) => text.trim());
    const bodyOf = (stored: string) =>
      JSON.stringify({ data: Buffer.from(gifSignature + stored).toString('base64'), contentType: 'image/gif' });
    return { url: `${url}/images/api/v1/images`, headers: { ...json, 'x-api-private-token': token }, bodyOf };
  }
  if (name === 'auth') {
    const bodyOf = (username: string) =>
      JSON.stringify({ query: register, variables: { input: { username, password: 'correct horse' } } });
    return { url, headers: json, bodyOf };
  }
  return createsAt(all.gateway, url);
}

/** Creates of a new user, named by their titles. */
async function createsAt(gateway: string, url = gateway): Promise<NamedRequests> {
  const { accessToken } = await usersAt(gateway).signUp();
  const bodyOf = (title: string) => JSON.stringify({ query: createStored, variables: { input: { title, image } } });
  return { url, headers: { ...json, authorization: `Bearer ${accessToken}` }, bodyOf };
}

/** Names of everything that the requests have stored. */
async function storedBy(name: Name): Promise<string[]> {
  if (name === 'imageService') {
    const files = openImageFiles(join(folder.path, 'images'));
    const images = await Promise.all((await files.list()).records.map(({ id }) => files.read(id)));
    return images.map((stored) => String(stored?.bytes).slice(gifSignature.length));
  }
  const [file, column] = name === 'auth' ? ['auth', 'username from users'] : ['resources', 'title from resources'];
  const database = new Database(join(folder.path, `${file}.sqlite`), { readonly: true });
  const names = database.prepare<[], string>(`select ${column}`).pluck().all();
  database.close();
  return names.filter((stored) => /^(patient|retrying|pipelining)/.test(stored));
}

const kinds: ClientKind[] = ['patient', 'patient', 'retrying', 'retrying', 'pipelining', 'pipelining'];

/** Calls `stop` while clients of each kind send requests, until all of them are stopped. */
async function stopUnderLoad(requests: NamedRequests, stop: () => Promise<void>): Promise<Ledger> {
  const ledger: Ledger = { answered: [], unanswered: [], failures: [] };
  const clients = kinds.map((kind, index) => runUntilStopped(kind, `${kind}${index}`, requests, ledger));
  await vi.waitFor(() => expect(ledger.answered.length).toBeGreaterThan(20), 60_000);
  await stop();
  await Promise.all(clients);
  return ledger;
}

/** Stops one process, and then all others. */
async function stopFirst(name: Name): Promise<void> {
  all.processes[name].signal('SIGTERM');
  expect(await all.processes[name].exitCode).toBe(0);
  await all.stop();
}

const names: Name[] = ['gateway', 'auth', 'resources', 'imageService'];

describe.each(names)('%s stops under load', (name) => {
  test.each(['0', '700'])('with SHUTDOWN_DELAY_MS=%s and executes nothing without its response', async (delay) => {
    await start(name, { SHUTDOWN_DELAY_MS: delay });
    const { answered, unanswered, failures } = await stopUnderLoad(await requestsTo(name), () => stopFirst(name));
    const stored = await storedBy(name);
    expect(stored.filter((each) => unanswered.includes(each))).toEqual([]);
    expect(stored.sort()).toEqual(answered.sort());
    expect(failures).toEqual([]);
  });
});

test.each(['auth', 'resources'] as const)(
  '%s stops behind a gateway under load: it executes nothing without its response',
  async (name) => {
    await start(name, {});
    const { answered, unanswered, failures } = await stopUnderLoad(await requestsTo(name, all.gateway), () =>
      stopFirst(name),
    );
    expect((await storedBy(name)).sort()).toEqual(answered.sort());
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((failure) => !failure.includes('SERVICE_UNAVAILABLE'))).toEqual([]);
    expect(unanswered.filter((each) => answered.includes(each))).toEqual([]);
  },
);

test('all processes stop at once under load, and execute nothing without its response', async () => {
  await start('gateway', {});
  const { answered } = await stopUnderLoad(await requestsTo('gateway'), async () => {
    expect(await all.stop()).toEqual([0, 0, 0, 0]);
  });
  expect((await storedBy('resources')).sort()).toEqual(answered.sort());
});

test('npm start stops under load, and executes nothing without its response', async () => {
  const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
  const process = run('start.ts', { ...ports, DATA_FOLDER: folder.path, BCRYPT_COST: '10' });
  end = process.end;
  const [, gateway = ''] = await process.find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
  const { answered, failures } = await stopUnderLoad(await createsAt(gateway), async () => {
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(0);
  });
  expect((await storedBy('resources')).sort()).toEqual(answered.sort());
  expect(failures).toEqual([]);
});

test.each(names)('%s serves during SHUTDOWN_DELAY_MS, without being ready', async (name) => {
  await start(name, { SHUTDOWN_DELAY_MS: '600000' });
  const { url, headers, bodyOf } = await requestsTo(name);
  const health = (state: string) => fetch(new URL(`/health/${state}`, url));
  expect((await health('ready')).status).toBe(200);
  all.processes[name].signal('SIGTERM');
  await vi.waitFor(async () => expect((await health('ready')).status).toBe(503), 20_000);
  expect((await health('live')).status).toBe(200);
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf('patient') });
  expect(response.headers.get('connection')).toBe('close');
  await response.text();
  expect(await storedBy(name)).toEqual(['patient']);
});
