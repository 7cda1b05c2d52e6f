import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture, folderOfTest } from '../../../tests/support/files.ts';
import { runCommand } from '../../../tests/support/systems/spawned.ts';
import { type System, startSystem } from '../../../tests/support/systems/system.ts';
import { createClient, memoryStore } from '../node.ts';
import { commandLine, pictures, recordsOf, titlesOf } from '../testing/command-line.ts';
import { deferred, startProxy } from '../testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** A new user who is logged in. */
async function loggedIn() {
  const user = await system.signUp();
  const client = createClient({ url: system.gateway, tokens: memoryStore(user) });
  return { user, client, cli: commandLine({ user, url: system.gateway }) };
}

const hostile = '\u001b[31mred\nnew\tcell\u009b1A\u007f\u2028\u202e \\ 👩‍👩‍👧';
const image = fixture('four-colours.png');

describe('list', () => {
  test('prints a line for each image, in order, found and limited', async () => {
    const { user, cli } = await loggedIn();
    for (const title of ['beach', 'dog', 'beach house']) await user.create(title);
    const titlesListed = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli.run('list', ...args);
      expect([code, stderr]).toEqual([0, '']);
      const lines = stdout.split('\n').slice(0, -1);
      return lines.map((line) => line.split('\t')[4]);
    };
    expect(await titlesListed()).toEqual(['beach house', 'dog', 'beach']);
    expect(await titlesListed('--order', 'title')).toEqual(['beach', 'beach house', 'dog']);
    expect(await titlesListed('--search', 'BEACH', '--order', 'oldest', '--limit', '1')).toEqual(['beach']);
    const { stdout } = await cli.run('list', '--json', '--limit', '2');
    expect(recordsOf(stdout)).toMatchObject([
      { title: 'beach house', image: { contentType: 'image/png', width: 32 }, version: 1 },
      { title: 'dog' },
    ]);
  });

  test('escapes control characters in titles', async () => {
    const { user, cli } = await loggedIn();
    await user.create(hostile);
    const { stdout } = await cli.run('list');
    expect(stdout.split('\t')).toHaveLength(5);
    expect(stdout.split('\t')[4]).toBe('\\u001b[31mred\\u000anew\\u0009cell\\u009b1A\\u007f\\u2028\\u202e \\ 👩‍👩‍👧\n');
    const json = await cli.run('list', '--json');
    expect(json.stdout).toMatch(/^[^\p{Control}\p{Bidi_Control}\p{Line_Separator}]+\n$/u);
    expect(recordsOf(json.stdout)).toMatchObject([{ title: hostile }]);
  });

  test('stops with 141 when its output is closed', async () => {
    const { user } = await loggedIn();
    await user.create();
    const proxy = await startProxy(system.gateway);
    const { env } = commandLine({ user, url: proxy.url });
    const { promise: after, resolve: respond } = deferred();
    proxy.next([{ after }], 'ResourcePages');
    const list = `"${process.execPath}" --import tsx clients/typescript/command-line/main.ts list`;
    const pipe = `{ ${list}; echo "code $?" >&2; } | { exec <&-; echo closed >&2; }`;
    const piped = runCommand(['sh', '-c', pipe], env);
    await expect.poll(piped.stderr).toBe('closed\n');
    respond();
    await piped.exitCode;
    expect(piped.stderr()).toBe('closed\ncode 141\n');
  });

  test('Ctrl-C ends it at once', async () => {
    const { user } = await loggedIn();
    const proxy = await startProxy(system.gateway);
    const cli = commandLine({ user, url: proxy.url });
    proxy.next(['HANG'], 'ResourcePages');
    const list = cli.start('list');
    await expect.poll(() => proxy.seen.length).toBe(1);
    list.signal('SIGINT');
    expect([await list.exitCode, list.stderr()]).toEqual([130, 'Interrupted.\n']);
  });
});

describe('download', () => {
  test('writes all images with the names of their titles, and skips what is there', async () => {
    const { client, cli } = await loggedIn();
    const folder = join(folderOfTest(), 'new');
    const files = await pictures(3);
    for (const [at, title] of ['Sunset.png', 'Sunset.png', '../../escape'].entries()) {
      await client.create({ title, image: readFileSync(files[at] ?? '') });
    }
    const first = await cli.run('download', '--all', '--output', folder);
    expect([first.code, first.stderr, first.stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/3 downloaded, 0 already there, 0 failed\.\n$/),
    ]);
    const names = readdirSync(folder).sort();
    expect(names).toEqual(
      ['Sunset-ID.png', 'Sunset.png', '_.._escape.png'].map((name) =>
        name === 'Sunset-ID.png' ? expect.stringMatching(/^Sunset-[\w-]{36}\.png$/) : name,
      ),
    );
    expect(readFileSync(join(folder, 'Sunset.png')).equals(readFileSync(files[0] ?? ''))).toBe(true);
    expect((await cli.run('download', '--all', '--output', folder)).stdout).toMatch(
      /0 downloaded, 3 already there, 0 failed\.\n$/,
    );
    expect(readdirSync(folder).sort()).toEqual(names);
  });

  test('writes nothing outside of the folder, whatever the titles are', async () => {
    const { client, cli } = await loggedIn();
    const outside = folderOfTest();
    const folder = join(outside, 'inside');
    const titles = [
      '/etc/passwd',
      '..',
      '.',
      '.hidden',
      'a/../../b',
      'C:\\Windows\\x',
      'nul',
      hostile,
      'ä'.repeat(200),
      '/',
    ];
    for (const title of titles) await client.create({ title, image });
    const { code, stdout } = await cli.run('download', '--all', '--json', '--output', folder);
    expect(code).toBe(0);
    const written = readdirSync(folder);
    expect([written.length, readdirSync(outside)]).toEqual([titles.length, ['inside']]);
    expect(written.filter((name) => /^[.]|[\p{Control}/\\:]/u.test(name))).toEqual([]);
    expect(
      recordsOf(stdout)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(written.map((name) => join(folder, name)).sort());
  });

  test('overwrites another file only with --force', async () => {
    const { client, cli } = await loggedIn();
    const folder = folderOfTest();
    const { id } = await client.create({ title: 'Dog', image });
    writeFileSync(join(folder, 'Dog.png'), 'mine');
    expect((await cli.run('download', id, '--output', folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'Dog.png'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, `Dog-${id}.png`)).equals(image)).toBe(true);
    writeFileSync(join(folder, `Dog-${id}.png`), 'mine, too');
    const both = await cli.run('download', id, '--output', folder);
    expect([both.code, both.stderr]).toEqual([1, expect.stringMatching(/add --force to overwrite/)]);
    expect((await cli.run('download', id, '--output', folder, '--force')).code).toBe(0);
    expect(readFileSync(join(folder, 'Dog.png')).equals(image)).toBe(true);
  });

  test('continues after SIGKILL, and removes what that has left', async () => {
    const { user, cli, client } = await loggedIn();
    const folder = folderOfTest();
    for (const file of await pictures(12))
      await client.create({ title: file.replace(/.*\//, ''), image: readFileSync(file) });
    const download = cli.start('download', '--all', '--output', folder);
    await download.find(/^4\/12 /m);
    download.signal('SIGKILL');
    await download.exitCode;
    const part = join(folder, '.image-supergraph-old.part');
    writeFileSync(part, 'half');
    utimesSync(part, 0, 0);
    expect((await cli.run('download', '--all', '--output', folder)).stdout).toMatch(/0 failed\.\n$/);
    expect(
      readdirSync(folder)
        .filter((name) => !name.endsWith('.part'))
        .sort(),
    ).toEqual(await titlesOf(user));
    expect(readdirSync(folder)).not.toContain('.image-supergraph-old.part');
  });

  test('reports ids that do not exist', async () => {
    const { user, cli } = await loggedIn();
    const id = await user.create('One');
    const folder = folderOfTest();
    const { code, stdout, stderr } = await cli.run('download', 'nothing', id, '--output', folder, '--json');
    expect([code, stderr]).toEqual([1, 'nothing: You have no image with this id.\n']);
    expect(recordsOf(stdout)).toEqual([
      { id: 'nothing', outcome: 'failed', code: 'NOT_FOUND', message: 'You have no image with this id.' },
      { id, outcome: 'downloaded', path: join(folder, 'One.png') },
    ]);
  });

  test('says that a folder cannot be made', async () => {
    const { user, cli } = await loggedIn();
    const folder = folderOfTest();
    const id = await user.create();
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a', 'file'), '');
    const { code, stderr } = await cli.run('download', id, '--output', join(folder, 'a', 'file'));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^EEXIST|ENOTDIR/)]);
  });
});

describe('delete', () => {
  test('deletes with --yes, and reports ids that do not exist', async () => {
    const { user, cli } = await loggedIn();
    const [one, two] = [await user.create('one'), await user.create('two')];
    const { code, stdout, stderr } = await cli.run('delete', '--yes', one, 'no\u001b[2Jthing', two);
    expect([code, stdout]).toEqual([1, `${one}\tdeleted\n${two}\tdeleted\n`]);
    expect(stderr).toMatch(/^no\\u001b\[2Jthing: /);
    expect(await titlesOf(user)).toEqual([]);
  });

  test('does nothing without --yes where it cannot ask', async () => {
    const { user, cli } = await loggedIn();
    const { code, stderr } = await cli.run('delete', await user.create('one'));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^There is no terminal to ask in: add --yes .*\n\n {2}image-supergraph delete/),
    ]);
    expect(await titlesOf(user)).toEqual(['one']);
  });

  test.each([
    ['n', 1, ['one']],
    ['y', 0, []],
  ])('asks in a terminal, and takes %s', async (answer, code, left) => {
    const { user, cli } = await loggedIn();
    const deletion = cli.inTerminal('delete', await user.create('one'));
    await deletion.find(/Delete 1 image for good\? \[y\/N\] /);
    deletion.send(`${answer}\r`);
    expect(await deletion.exitCode).toBe(code);
    expect(await titlesOf(user)).toEqual(left);
  });
});

describe('tokens', () => {
  test('are created, listed and revoked', async () => {
    const { cli } = await loggedIn();
    const created = await cli.run(
      'tokens',
      'create',
      'nightly \u001b[2J',
      '--scopes',
      'resources:read',
      '--expires-in-days',
      '3',
      '--json',
    );
    expect([created.code, created.stderr]).toEqual([0, '']);
    const [{ id, token } = {}] = recordsOf(created.stdout);
    expect(token).toMatch(/^isg_pat_/);
    const script = commandLine();
    Object.assign(script.env, { IMAGE_SUPERGRAPH_URL: system.gateway, IMAGE_SUPERGRAPH_TOKEN: String(token) });
    expect((await script.run('list')).code).toBe(0);
    const listed = await cli.run('tokens', 'list');
    expect(listed.stdout).toMatch(/^[\w-]{36}\tresources:read\t2\S+Z\t2\S+Z\tnightly \\u001b\[2J\n$/);
    expect(listed.stdout).not.toContain(token);
    const revoked = await cli.run('tokens', 'revoke', String(id), 'nothing', '--json');
    expect(revoked.code).toBe(1);
    expect(recordsOf(revoked.stdout)).toMatchObject([
      { id, outcome: 'revoked' },
      { id: 'nothing', code: 'NOT_FOUND' },
    ]);
    expect((await script.run('list')).code).toBe(1);
  });

  test('the text of a token is all that standard output has', async () => {
    const { cli } = await loggedIn();
    const { stdout, stderr } = await cli.run('tokens', 'create', 'for a script');
    expect([stdout, stderr]).toEqual([
      expect.stringMatching(/^isg_pat_\S+\n$/),
      'Keep this token: it is not shown again.\n',
    ]);
  });
});
