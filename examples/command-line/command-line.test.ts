import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promised, startProxy } from '../../clients/typescript/testing/proxy.ts';
import { given } from '../../tests/support/ask.ts';
import { titles } from '../../tests/support/documents.ts';
import { deadUrl } from '../../tests/support/servers.ts';
import { run, runCommand } from '../../tests/support/spawned.ts';
import { type Person, type System, startSystem } from '../../tests/support/system.ts';
import { folderOfTest } from '../../tests/support/temporary-folder.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const main = 'examples/command-line/main.ts';
const as = ({ username, password }: Pick<Person, 'username' | 'password'>, url = system.gateway) => ({
  SUPERGRAPH_URL: url,
  SUPERGRAPH_USERNAME: username,
  SUPERGRAPH_PASSWORD: password,
});

/** So many images, each of another colour; gives their files. */
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

async function titlesOf({ ask }: Pick<Person, 'ask'>): Promise<string[]> {
  const { resources } = await ask.data(titles, { first: 100, orderBy: 'TITLE' });
  return given(resources).nodes.map(({ title }) => title);
}

const namesOf = (files: string[]) => files.map((file) => file.replace(/.*\//, '')).sort();

test('uploads files, and the next time only those that are new', async () => {
  const ada = await system.signUp();
  const files = await pictures(5);
  const first = run(main, as(ada), 'upload', ...files.slice(0, 3));
  expect([await first.exitCode, first.stderr()]).toEqual([0, '']);
  expect(first.stdout()).toMatch(/1\/3 .*: uploaded\n[\s\S]*3 uploaded, 0 there already, 0 failed\.\n$/);
  const second = run(main, as(ada), 'upload', ...files);
  expect([await second.exitCode, second.stderr()]).toEqual([0, '']);
  expect(second.stdout()).toMatch(/2 uploaded, 3 there already, 0 failed\.\n$/);
  expect(await titlesOf(ada)).toEqual(namesOf(files));
});

test('goes on after Ctrl-C where it was, without doubles', async () => {
  const ada = await system.signUp();
  const files = await pictures(30);
  const interrupted = runCommand(['npm', 'run', '--silent', 'example', '--', 'upload', ...files], as(ada));
  await interrupted.find(/^4\/30 /m);
  interrupted.interrupt();
  expect(await interrupted.exitCode).toBe(130);
  expect(interrupted.stderr()).toBe('Interrupted: run the same command again to go on.\n');
  const before = (await titlesOf(ada)).length;
  expect(before).toBeGreaterThan(3);
  expect(before).toBeLessThan(30);
  const again = run(main, as(ada), 'upload', ...files);
  expect(await again.exitCode).toBe(0);
  expect(await titlesOf(ada)).toEqual(namesOf(files));
});

test('an upload whose answer an interruption cut off is not made again', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const proxy = await startProxy(system.gateway);
  proxy.next([{ after: new Promise(() => {}) }], 'CreateResource');
  const interrupted = run(main, as(ada, proxy.url), 'upload', file);
  while ((await titlesOf(ada)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  interrupted.signal('SIGINT');
  expect(await interrupted.exitCode).toBe(130);
  const again = run(main, as(ada), 'upload', file);
  expect([await again.exitCode, again.stdout()]).toEqual([0, expect.stringMatching(/there already/)]);
  expect(await titlesOf(ada)).toEqual(namesOf([file]));
});

test('one that its key alone can tell is not made again either', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const proxy = await startProxy(system.gateway);
  // As if the first upload landed only after the list was read.
  const nothing = { resources: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } };
  proxy.next(
    [{ body: JSON.stringify({ data: nothing }) }, { body: JSON.stringify({ data: nothing }) }],
    'ResourcePages',
  );
  proxy.next(['LOSE_ANSWER'], 'CreateResource');
  for (const _ of [1, 2]) expect(await run(main, as(ada, proxy.url), 'upload', file).exitCode).toBe(0);
  expect(proxy.seen.filter(({ operation }) => operation === 'CreateResource')).toHaveLength(3);
  expect(await titlesOf(ada)).toEqual(namesOf([file]));
});

test('what was deleted is uploaded again on the same day', { timeout: 120_000 }, async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  for (const _ of [1, 2]) {
    expect(await run(main, as(ada), 'upload', file).exitCode).toBe(0);
    const list = run(main, as(ada), 'list');
    expect(await list.exitCode).toBe(0);
    const [id = '', title, url = ''] = list.stdout().trim().split('\t');
    expect(title).toBe('picture-0.png');
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(readFileSync(file))).toBe(true);
    const deletion = run(main, as(ada), 'delete', id);
    expect([await deletion.exitCode, deletion.stdout()]).toEqual([0, `${id} deleted\n`]);
  }
  expect(await titlesOf(ada)).toEqual([]);
});

test('what is no image fails by itself, and is said', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const text = join(folderOfTest(), 'text.png');
  writeFileSync(text, 'no image');
  const upload = run(main, as(ada), 'upload', text, 'nowhere.png', file);
  expect(await upload.exitCode).toBe(1);
  expect(upload.stderr()).toMatch(/text\.png: .*\n/);
  expect(upload.stderr()).toMatch(/nowhere\.png: ENOENT/);
  expect(upload.stdout()).toMatch(/1 uploaded, 0 there already, 2 failed\.\n$/);
  const deletion = run(main, as(ada), 'delete', 'nothing');
  expect([await deletion.exitCode, deletion.stderr()]).toEqual([1, expect.stringMatching(/^nothing: /)]);
});

test('a file that is larger than the API takes fails by itself, and is not read', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const [fits, over, huge] = [383_970, 383_971, 3 * 2 ** 30].map((size) => {
    const path = join(folderOfTest(), `${size}.png`);
    writeFileSync(path, '');
    truncateSync(path, size);
    return path;
  });
  const proxy = await startProxy(system.gateway);
  const upload = run(main, as(ada, proxy.url), 'upload', `${huge}`, `${over}`, `${fits}`, file);
  expect(await upload.exitCode).toBe(1);
  expect(upload.stderr()).toContain(`${huge}: It has 3221225472 bytes; an image may have 383970 at most.\n`);
  expect(upload.stderr()).toContain(`${over}: It has 383971 bytes; an image may have 383970 at most.\n`);
  expect(upload.stderr()).toMatch(/383970\.png: image\.data holds none of .*\n/);
  expect(upload.stdout()).toMatch(/1 uploaded, 0 there already, 3 failed\.\n$/);
  expect(proxy.seen.filter(({ operation }) => operation === 'CreateResource')).toHaveLength(2);
});

test('a title stays in its line and its cell, whatever is in it', async () => {
  const ada = await system.signUp();
  await ada.create('\u001b[31mred\nnew\tcell\u009b1A\u007f\u2028\u202e \\ 👩‍👩‍👧');
  const list = run(main, as(ada), 'list');
  expect(await list.exitCode).toBe(0);
  const [line = '', ...others] = list.stdout().split('\n');
  expect([line.split('\t')[1], line.split('\t').length, others]).toEqual([
    '\\u001b[31mred\\u000anew\\u0009cell\\u009b1A\\u007f\\u2028\\u202e \\ 👩‍👩‍👧',
    3,
    [''],
  ]);
});

test('a file’s name is written as one line, whatever is in it', async () => {
  const ada = await system.signUp();
  const [file = ''] = await pictures(1);
  const named = join(folderOfTest(), 'clear\u001b[2J\nnew.png');
  copyFileSync(file, named);
  const upload = run(main, as(ada), 'upload', named, 'no\u001b[2Jwhere.png');
  expect(await upload.exitCode).toBe(1);
  expect(upload.stdout()).toContain('clear\\u001b[2J\\u000anew.png: uploaded\n');
  expect(upload.stderr()).toMatch(/^no\\u001b\[2Jwhere\.png: ENOENT.*'no\\u001b\[2Jwhere\.png'\n$/);
  expect(await titlesOf(ada)).toEqual(['clear\u001b[2J\nnew.png']);
  const deletion = run(main, as(ada), 'delete', 'no\u001b[2Jthing');
  expect([await deletion.exitCode, deletion.stderr()]).toEqual([1, expect.stringMatching(/^no\\u001b\[2Jthing: /)]);
});

test('where nobody reads what it writes it ends quietly, and logs out', async () => {
  const ada = await system.signUp();
  await ada.create();
  const proxy = await startProxy(system.gateway);
  const { promise: after, keep } = promised();
  proxy.next([{ after }], 'ResourcePages');
  const list = `"${process.execPath}" --import tsx ${main} list`;
  const pipe = `{ ${list}; echo "code $?" >&2; } | { exec <&-; echo closed >&2; }`;
  const piped = runCommand(['sh', '-c', pipe], as(ada, proxy.url));
  await expect.poll(piped.stderr).toBe('closed\n');
  keep();
  await piped.exitCode;
  expect(piped.stderr()).toBe('closed\ncode 141\n');
  expect(proxy.seen.at(-1)?.operation).toBe('LogOut');
});

test('--register opens an account, and logs in where there is one', async () => {
  const username = `new-${crypto.randomUUID().slice(0, 8)}`;
  const flags = ['--register', '--username', username, '--password', 'correct horse battery staple'];
  for (const _ of [1, 2]) {
    const list = run(main, {}, 'list', '--url', system.gateway, ...flags);
    expect([await list.exitCode, list.stderr(), list.stdout()]).toEqual([0, '', '']);
  }
  const wrong = run(main, {}, 'list', '--url', system.gateway, '--username', username, '--password', 'wrong');
  expect([await wrong.exitCode, wrong.stderr()]).toEqual([1, expect.stringMatching(/password/)]);
});

test('--help says how it is used', async () => {
  const help = run(main, {}, '--help');
  expect(await help.exitCode).toBe(0);
  for (const word of ['upload', 'list', 'delete', '--register', 'SUPERGRAPH_PASSWORD', '130']) {
    expect(help.stdout()).toContain(word);
  }
});

test.each([
  ['no command', [], 'Say what to do.'],
  ['a command that there is not', ['fly'], 'There is no command fly.'],
  ['no file', ['upload'], 'Say what to upload.'],
  ['names for a list', ['list', 'x'], 'list takes no names.'],
  ['nobody', ['list'], 'Say who you are'],
  ['an option that there is not', ['list', '--fast'], "Unknown option '--fast'"],
  ['a URL that is none', ['list', '--username', 'a', '--password', 'b', '--url', 'x'], 'x is no URL.'],
])('%s is a wrong command', async (_, args, message) => {
  const process = run(main, {}, ...args);
  expect([await process.exitCode, process.stderr(), process.stdout()]).toEqual([
    2,
    expect.stringContaining(message),
    '',
  ]);
});

test('where nothing listens it says so', async () => {
  const url = await deadUrl();
  const process = run(main, as({ username: 'a', password: 'b' }, url), 'list');
  expect([await process.exitCode, process.stderr()]).toEqual([1, `No answer came from ${url}.\n`]);
});
