import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deferred, startProxy } from '../../clients/typescript/testing/proxy.ts';
import { photosFolder } from '../../tests/corpus/photos.ts';
import { folderOfTest } from '../../tests/support/files.ts';
import { titles } from '../../tests/support/graphql/documents.ts';
import { requireValue } from '../../tests/support/graphql/request.ts';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { run, runCommand } from '../../tests/support/systems/spawned.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import type { TestUser } from '../../tests/support/systems/users.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const main = 'examples/command-line/main.ts';
const envFor = ({ username, password }: Pick<TestUser, 'username' | 'password'>, url = system.gateway) => ({
  SUPERGRAPH_URL: url,
  SUPERGRAPH_USERNAME: username,
  SUPERGRAPH_PASSWORD: password,
});

/** Writes images of different colours, and returns their paths. */
async function pictures(count: number): Promise<string[]> {
  const folder = folderOfTest();
  const files = Array.from({ length: count }, (_, index) => join(folder, `picture-${index}.png`));
  for (const [index, file] of files.entries()) {
    const background = { r: index, g: 128, b: 255 - index };
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toFile(file);
  }
  return files;
}

async function titlesOf({ request }: Pick<TestUser, 'request'>): Promise<string[]> {
  const { resources } = await request.data(titles, { first: 100, orderBy: 'TITLE' });
  return requireValue(resources).nodes.map(({ title }) => title);
}

const namesOf = (files: string[]) => files.map((file) => file.replace(/.*\//, '')).sort();

test('uploads files, and in a second run only the new ones', async () => {
  const ada = await system.signUp();
  const files = await pictures(5);
  const first = run(main, envFor(ada), 'upload', ...files.slice(0, 3));
  expect([await first.exitCode, first.stderr()]).toEqual([0, '']);
  expect(first.stdout()).toMatch(/1\/3 .*: uploaded\n[\s\S]*3 uploaded, 0 already there, 0 failed\.\n$/);
  const second = run(main, envFor(ada), 'upload', ...files);
  expect([await second.exitCode, second.stderr()]).toEqual([0, '']);
  expect(second.stdout()).toMatch(/2 uploaded, 3 already there, 0 failed\.\n$/);
  expect(await titlesOf(ada)).toEqual(namesOf(files));
});

test('recognises a photo that is stored without its metadata', async () => {
  const ada = await system.signUp();
  const file = fileURLToPath(new URL('position.jpg', photosFolder));
  for (const expected of [/1 uploaded, 0 already there/, /0 uploaded, 1 already there/]) {
    const upload = run(main, envFor(ada), 'upload', file);
    expect([await upload.exitCode, upload.stdout()]).toEqual([0, expect.stringMatching(expected)]);
  }
  const list = run(main, envFor(ada), 'list');
  expect(await list.exitCode).toBe(0);
  const [, , url = ''] = list.stdout().trim().split('\t');
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBeLessThan(readFileSync(file).length);
});

test('continues after Ctrl-C without duplicates', async () => {
  const ada = await system.signUp();
  const files = await pictures(30);
  const interrupted = runCommand(['npm', 'run', '--silent', 'example', '--', 'upload', ...files], envFor(ada));
  await interrupted.find(/^4\/30 /m);
  interrupted.interrupt();
  expect(await interrupted.exitCode).toBe(130);
  expect(interrupted.stderr()).toBe('Interrupted: run the same command again to continue.\n');
  const before = (await titlesOf(ada)).length;
  expect(before).toBeGreaterThan(3);
  expect(before).toBeLessThan(30);
  const again = run(main, envFor(ada), 'upload', ...files);
  expect(await again.exitCode).toBe(0);
  expect(await titlesOf(ada)).toEqual(namesOf(files));
});

test('does not repeat an upload whose response was lost to an interruption', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const proxy = await startProxy(system.gateway);
  proxy.next([{ after: new Promise(() => {}) }], 'CreateResource');
  const interrupted = run(main, envFor(ada, proxy.url), 'upload', file);
  while ((await titlesOf(ada)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  interrupted.signal('SIGINT');
  expect(await interrupted.exitCode).toBe(130);
  const again = run(main, envFor(ada), 'upload', file);
  expect([await again.exitCode, again.stdout()]).toEqual([0, expect.stringMatching(/already there/)]);
  expect(await titlesOf(ada)).toEqual(namesOf([file]));
});

test('does not repeat an upload that only its idempotency key identifies', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const proxy = await startProxy(system.gateway);
  // As if the first upload had finished after the list was read.
  const nothing = { resources: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } };
  proxy.next(
    [{ body: JSON.stringify({ data: nothing }) }, { body: JSON.stringify({ data: nothing }) }],
    'ResourcePages',
  );
  proxy.next(['LOSE_RESPONSE'], 'CreateResource');
  for (const _ of [1, 2]) expect(await run(main, envFor(ada, proxy.url), 'upload', file).exitCode).toBe(0);
  expect(proxy.seen.filter(({ operation }) => operation === 'CreateResource')).toHaveLength(3);
  expect(await titlesOf(ada)).toEqual(namesOf([file]));
});

test('uploads a deleted file again on the same day', { timeout: 120_000 }, async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  for (const _ of [1, 2]) {
    expect(await run(main, envFor(ada), 'upload', file).exitCode).toBe(0);
    const list = run(main, envFor(ada), 'list');
    expect(await list.exitCode).toBe(0);
    const [id = '', title, url = ''] = list.stdout().trim().split('\t');
    expect(title).toBe('picture-0.png');
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(readFileSync(file))).toBe(true);
    const deletion = run(main, envFor(ada), 'delete', id);
    expect([await deletion.exitCode, deletion.stdout()]).toEqual([0, `${id} deleted\n`]);
  }
  expect(await titlesOf(ada)).toEqual([]);
});

test('reports a file that is not an image, and uploads the others', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const text = join(folderOfTest(), 'text.png');
  writeFileSync(text, 'no image');
  const upload = run(main, envFor(ada), 'upload', text, 'nowhere.png', file);
  expect(await upload.exitCode).toBe(1);
  expect(upload.stderr()).toMatch(/text\.png: .*\n/);
  expect(upload.stderr()).toMatch(/nowhere\.png: ENOENT/);
  expect(upload.stdout()).toMatch(/1 uploaded, 0 already there, 2 failed\.\n$/);
  const deletion = run(main, envFor(ada), 'delete', 'nothing');
  expect([await deletion.exitCode, deletion.stderr()]).toEqual([1, expect.stringMatching(/^nothing: /)]);
});

test('reports a file over the size limit without reading it', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const [fits, over, huge] = [383_970, 383_971, 3 * 2 ** 30].map((size) => {
    const path = join(folderOfTest(), `${size}.png`);
    writeFileSync(path, '');
    truncateSync(path, size);
    return path;
  });
  const proxy = await startProxy(system.gateway);
  const upload = run(main, envFor(ada, proxy.url), 'upload', `${huge}`, `${over}`, `${fits}`, file);
  expect(await upload.exitCode).toBe(1);
  expect(upload.stderr()).toContain(`${huge}: The file has 3221225472 bytes; the limit is 383970.\n`);
  expect(upload.stderr()).toContain(`${over}: The file has 383971 bytes; the limit is 383970.\n`);
  expect(upload.stderr()).toMatch(/383970\.png: image\.data is not an image of a supported type .*\n/);
  expect(upload.stdout()).toMatch(/1 uploaded, 0 already there, 3 failed\.\n$/);
  expect(proxy.seen.filter(({ operation }) => operation === 'CreateResource')).toHaveLength(2);
});

test('escapes control characters in titles', async () => {
  const ada = await system.signUp();
  await ada.create('\u001b[31mred\nnew\tcell\u009b1A\u007f\u2028\u202e \\ 👩‍👩‍👧');
  const list = run(main, envFor(ada), 'list');
  expect(await list.exitCode).toBe(0);
  const [line = '', ...others] = list.stdout().split('\n');
  expect([line.split('\t')[1], line.split('\t').length, others]).toEqual([
    '\\u001b[31mred\\u000anew\\u0009cell\\u009b1A\\u007f\\u2028\\u202e \\ 👩‍👩‍👧',
    3,
    [''],
  ]);
});

test('escapes control characters in file names', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const named = join(folderOfTest(), 'clear\u001b[2J\nnew.png');
  copyFileSync(file, named);
  const upload = run(main, envFor(ada), 'upload', named, 'no\u001b[2Jwhere.png');
  expect(await upload.exitCode).toBe(1);
  expect(upload.stdout()).toContain('clear\\u001b[2J\\u000anew.png: uploaded\n');
  expect(upload.stderr()).toMatch(/^no\\u001b\[2Jwhere\.png: ENOENT.*'no\\u001b\[2Jwhere\.png'\n$/);
  expect(await titlesOf(ada)).toEqual(['clear\u001b[2J\nnew.png']);
  const deletion = run(main, envFor(ada), 'delete', 'no\u001b[2Jthing');
  expect([await deletion.exitCode, deletion.stderr()]).toEqual([1, expect.stringMatching(/^no\\u001b\[2Jthing: /)]);
});

test('exits quietly and logs out when its output is closed', async () => {
  const ada = await system.signUp();
  await ada.create();
  const proxy = await startProxy(system.gateway);
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ after }], 'ResourcePages');
  const list = `"${process.execPath}" --import tsx ${main} list`;
  const pipe = `{ ${list}; echo "code $?" >&2; } | { exec <&-; echo closed >&2; }`;
  const piped = runCommand(['sh', '-c', pipe], envFor(ada, proxy.url));
  await expect.poll(piped.stderr).toBe('closed\n');
  respond();
  await piped.exitCode;
  expect(piped.stderr()).toBe('closed\ncode 141\n');
  expect(proxy.seen.at(-1)?.operation).toBe('LogOut');
});

test('--register registers the account, or logs in if it exists', async () => {
  const username = `new-${crypto.randomUUID().slice(0, 8)}`;
  const flags = ['--register', '--username', username, '--password', 'correct horse battery staple'];
  for (const _ of [1, 2]) {
    const list = run(main, {}, 'list', '--url', system.gateway, ...flags);
    expect([await list.exitCode, list.stderr(), list.stdout()]).toEqual([0, '', '']);
  }
  const wrong = run(main, {}, 'list', '--url', system.gateway, '--username', username, '--password', 'wrong');
  expect([await wrong.exitCode, wrong.stderr()]).toEqual([1, expect.stringMatching(/password/)]);
});

test('--help prints the usage', async () => {
  const help = run(main, {}, '--help');
  expect(await help.exitCode).toBe(0);
  for (const word of ['upload', 'list', 'delete', '--register', 'SUPERGRAPH_PASSWORD', '130']) {
    expect(help.stdout()).toContain(word);
  }
});

test.each([
  ['no command', [], 'Name a command: upload, list or delete.'],
  ['an unknown command', ['fly'], "Unknown command 'fly'."],
  ['no file', ['upload'], 'Name the files to upload.'],
  ['list with arguments', ['list', 'x'], 'list takes no arguments.'],
  ['no username', ['list'], 'Set a username and a password.'],
  ['an unknown option', ['list', '--fast'], "Unknown option '--fast'.\n"],
  ['an invalid URL', ['list', '--username', 'a', '--password', 'b', '--url', 'x'], "'x' is not a URL."],
])('%s is a usage error', async (_, args, message) => {
  const process = run(main, {}, ...args);
  expect([await process.exitCode, process.stderr(), process.stdout()]).toEqual([
    2,
    expect.stringContaining(message),
    '',
  ]);
});

test('says so when nothing listens at the URL', async () => {
  const url = await deadUrl();
  const process = run(main, envFor({ username: 'a', password: 'b' }, url), 'list');
  expect([await process.exitCode, process.stderr()]).toEqual([1, `No response from ${url}.\n`]);
});
