import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixture, temporaryFolder } from '../support/files.ts';
import { logIn, register } from '../support/graphql/accounts.ts';
import { createResource, oneResource, viewer } from '../support/graphql/documents.ts';
import { requestTo, requireValue } from '../support/graphql/request.ts';
import { listen } from '../support/http/servers.ts';
import { run, runCommand, type Spawned } from '../support/systems/spawned.ts';
import { usersAt } from '../support/systems/users.ts';

let folder: ReturnType<typeof temporaryFolder>;
let started: Spawned[];
beforeEach(() => {
  folder = temporaryFolder();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((process) => process.end()));
  folder.remove();
});

const freePorts = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };

function start(env: Record<string, string> = {}): Spawned {
  const process = run('start.ts', { ...freePorts, DATA_FOLDER: join(folder.path, 'data'), BCRYPT_COST: '10', ...env });
  started.push(process);
  return process;
}

async function gatewayOf(process: Spawned): Promise<string> {
  const [, url = ''] = await process.find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
  return url;
}

test('prints that it starts, and the addresses when a query works', async () => {
  const process = start();
  const gateway = await gatewayOf(process);
  expect(await requestTo(gateway).error(viewer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(process.stdout().trim().split('\n')).toHaveLength(10);
  expect(process.stderr()).toBe('');
});

test('a second start finds accounts, resources and images again', async () => {
  const first = start();
  const { port } = new URL(await gatewayOf(first));
  const [, imageService = ''] = await first.find(/image service +(http:\S+)/);
  const ada = await usersAt(await gatewayOf(first)).signUp();
  const id = await ada.create('Kept');
  first.signal('SIGINT');
  expect(await first.exitCode).toBe(0);

  const second = start({ GATEWAY_PORT: port, IMAGE_SERVICE_PORT: new URL(imageService).port });
  const request = requestTo(await gatewayOf(second), ada.accessToken);
  const { username, password } = ada;
  expect(await request.data(logIn, { input: { username, password } })).toHaveProperty('login.accessToken');
  const resource = requireValue((await request.data(oneResource, { id })).resource);
  expect(resource.title).toBe('Kept');
  const image = await fetch(resource.image.url);
  expect(Buffer.from(await image.arrayBuffer()).equals(fixture('four-colours.png'))).toBe(true);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s lets what is in flight finish, then exits 0', async (signal) => {
  const process = start({ BCRYPT_COST: '13' });
  const gateway = await gatewayOf(process);
  const input = { username: 'ada', password: 'correct horse' };
  const registering = requestTo(gateway)(register, { input });
  await setTimeout(250);
  process.signal(signal);
  // Under npm, Ctrl-C arrives from the terminal and from npm.
  process.signal(signal);
  expect((await registering).data).toMatchObject({ register: { tokenType: 'Bearer', user: { username: 'ada' } } });
  expect(await process.exitCode).toBe(0);
  await expect(fetch(gateway)).rejects.toThrow();
});

test('npm start exits with 0 on Ctrl-C', async () => {
  const process = runCommand(['npm', 'start'], { ...freePorts, DATA_FOLDER: join(folder.path, 'data') });
  started.push(process);
  await gatewayOf(process);
  process.interrupt();
  expect(await process.exitCode).toBe(0);
});

test('cuts off clients that do not finish their requests, and exits 1 with their number', async () => {
  const process = start({ SHUTDOWN_GRACE_MS: '500' });
  const gateway = new URL(await gatewayOf(process));
  const [, auth = ''] = await process.find(/auth +(http:\S+)/);
  const clients = [gateway, new URL(auth)].map(({ port }) => connect(Number(port), '127.0.0.1'));
  for (const client of clients)
    client
      .on('error', () => {})
      .write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{');
  await Promise.all(clients.map((client) => once(client, 'ready')));
  // A request that arrives after them, on both servers.
  for (const url of [gateway, new URL(auth)]) await fetch(new URL('/health/live', url));
  process.signal('SIGINT');
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toContain('2 requests were cut off, still in flight 500 ms after the stop');
});

test('secrets are readable by their owner only', async () => {
  await gatewayOf(start());
  const secrets = join(folder.path, 'data', 'secrets');
  const keys = readdirSync(join(secrets, 'signing-keys')).map((name) => join('signing-keys', name));
  const modeOf = (name: string) => statSync(join(secrets, name)).mode & 0o777;
  expect([...readdirSync(secrets).sort(), ...keys].map((name) => [name, modeOf(name)])).toEqual([
    ['client-address-key', 0o600],
    ['image-service-token', 0o600],
    ['signing-keys', 0o700],
    [expect.stringMatching(/^signing-keys.[0-9TZ]+\.[\w-]{43}\.pem$/), 0o600],
  ]);
  expect(modeOf('.')).toBe(0o700);
  expect(statSync(join(folder.path, 'data', 'auth.sqlite')).mode & 0o777).toBe(0o600);
});

describe('exits with 1 and one line that names the cause and the fix', () => {
  const fault = async (process: Spawned) => {
    expect(await process.exitCode).toBe(1);
    expect(process.stdout().trim()).toBe('Starting …');
    expect(process.stderr().trim().split('\n')).toHaveLength(1);
    return process.stderr();
  };

  test.each(Object.keys(freePorts))('if %s is taken', async (variable) => {
    const other = await listen(() => {});
    const { port } = new URL(other.url);
    const line = await fault(start({ [variable]: port }));
    await other.stop();
    expect(line).toContain(`Port ${port} is taken`);
    expect(line).toContain(variable);
  });

  test('if the data folder is not writable', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const data = join(folder.path, 'file', 'data');
    expect(await fault(start({ DATA_FOLDER: data }))).toContain(data);
  });

  test('if the images’ folder is not writable', async () => {
    mkdirSync(join(folder.path, 'data'));
    writeFileSync(join(folder.path, 'data', 'images'), '');
    expect(await fault(start())).toContain(join(folder.path, 'data', 'images'));
  });

  test.each([
    ['a signing key', `signing-keys/20261124T040000Z.${'k'.repeat(43)}.pem`, '-----BEGIN PRIVATE'],
    ['a signing key of no such name', 'signing-keys/key.pem', 'whatever'],
    ['the signing key of a version before', 'signing-key.pem', '-----BEGIN PRIVATE'],
    ['the token of the image service', 'image-service-token', ''],
    ['the key of addresses', 'client-address-key', 'short'],
  ])('if %s is damaged', async (_, name, content) => {
    const file = join(folder.path, 'data', 'secrets', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    expect(await fault(start())).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('if the token of the image service has two lines', async () => {
    const secrets = join(folder.path, 'data', 'secrets');
    mkdirSync(secrets, { recursive: true });
    writeFileSync(join(secrets, 'image-service-token'), 'one line\nand another');
    expect(await fault(start())).toContain(join(secrets, 'image-service-token'));
  });

  test('if a database is damaged', async () => {
    mkdirSync(join(folder.path, 'data'));
    writeFileSync(join(folder.path, 'data', 'auth.sqlite'), 'no database, but long enough to be looked at'.repeat(30));
    expect(await fault(start())).toContain('auth.sqlite');
  });
});

test('lists all invalid variables at once', async () => {
  const process = start({ GATEWAY_PORT: 'x', BCRYPT_COST: '4', LOG_LEVEL: 'loud', CORS_ORIGINS: 'app.example' });
  expect(await process.exitCode).toBe(1);
  for (const name of ['GATEWAY_PORT', 'BCRYPT_COST', 'LOG_LEVEL', 'CORS_ORIGINS']) {
    expect(process.stderr()).toContain(`  ${name} `);
  }
});

test('log lines of a request share its id in every process, and contain no secret', async () => {
  const process = start({ LOG_LEVEL: 'trace' });
  const ada = await usersAt(await gatewayOf(process)).signUp();
  const image = { data: fixture('four-colours.png').toString('base64') };
  const answer = await ada.request(createResource, { input: { title: 'Logged', image } });
  await requestTo(await gatewayOf(process), 'a.forged.token')(viewer);
  process.signal('SIGTERM');
  await process.exitCode;

  const lines = process
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const followed = lines.filter((line) => line.includes(answer.headers.get('x-request-id') ?? 'no id'));
  const services = new Set(followed.map((line) => (JSON.parse(line) as { service: string }).service));
  expect([...services].sort()).toEqual(['auth', 'gateway', 'image-service', 'resources']);
  for (const secret of [
    ada.password,
    ada.accessToken,
    ada.accessToken.slice(-40),
    image.data,
    'a.forged.token',
    'Bearer',
    '$2b$',
  ]) {
    expect(process.stdout()).not.toContain(secret);
  }
});
