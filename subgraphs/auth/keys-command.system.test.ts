import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { runCommand } from '../../tests/support/systems/spawned.ts';
import { folderWith, namesIn } from './testing/key-folder.ts';
import { runKeys } from './testing/keys-command.ts';

const hourMs = 3_600_000;
const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** A folder with a key for each of these times, in hours from now. */
const folderAt = (...hours: number[]) => folderWith(...hours.map((hour) => inHours(hour)));
/** The advice for a folder without a key. */
const fixFor = (folder: string) =>
  `Name another with --folder, or create the first key: npm run keys -- rotate --create --folder ${folder}`;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs).toISOString();

describe('list', () => {
  test('shows each key and its state, in signing order', async () => {
    const { folder, kids } = folderAt(-72, -48, -0.1, 1);
    const { code, out, err } = await runKeys(['list', '--folder', folder]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^kid +state +created$/);
    const states = ['expired', `accepted until ${instant}`, 'signing', `next, from ${instant}`];
    for (const [index, state] of states.entries()) {
      expect(lines[index + 1]).toMatch(new RegExp(`^${kids[index]}  ${state} +${instant}$`));
    }
  });

  test('shows until when a key is accepted, by the lifetime of tokens', async () => {
    const { folder, kids } = folderAt(-48, -0.5);
    const { out } = await runKeys(['list', '--folder', folder], { ACCESS_TOKEN_SECONDS: '3600' });
    const [, until = ''] = new RegExp(`${kids[0]}  accepted until (${instant})`).exec(out) ?? [];
    expect(Math.abs(Date.parse(until) - (Date.now() + 0.5 * hourMs + 60_000))).toBeLessThan(60_000);
  });

  test('shows unusable files after the usable keys', async () => {
    const { folder, kids } = folderAt(-1);
    writeFileSync(join(folder, 'old.pem'), 'MIIE');
    const { code, out } = await runKeys(['list', '--folder', folder]);
    expect(code).toBe(0);
    expect(out).toContain(`${kids[0]}  signing`);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/old\.pem is not named as a key/);
  });
});

test.each(['list', 'rotate', 'retire'])('%s fails for a folder that is missing or has no key', async (command) => {
  const folder = join(folderOfTest(), 'keys');
  const missing = await runKeys([command, '--folder', folder]);
  expect(missing).toEqual({ code: 1, out: '', err: `The folder ${folder} does not exist. ${fixFor(folder)}\n` });
  expect(existsSync(folder)).toBe(false);
  mkdirSync(folder);
  const empty = await runKeys([command, '--folder', folder]);
  expect(empty).toEqual({ code: 1, out: '', err: `There is no usable key in ${folder}. ${fixFor(folder)}\n` });
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, 'old.pem'), 'MIIE');
  const { code, err } = await runKeys([command, '--folder', folder]);
  expect(code).toBe(1);
  expect(err).toMatch(/\n.*old\.pem is not named as a key.*\n$/);
});

describe('rotate', () => {
  test('creates the first key of a folder with --create, then the next one, which signs in two minutes', async () => {
    const folder = join(folderOfTest(), 'keys');
    const first = await runKeys(['rotate', '--create', '--folder', folder]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(new RegExp(`^[\\w-]{43} signs from ${instant} on\\.\n$`));
    const again = await runKeys(['rotate', '--create', '--folder', folder]);
    expect(again).toEqual({ code: 1, out: '', err: `There is a key in ${folder} already: rotate without --create.\n` });
    const { code, out } = await runKeys(['rotate', '--folder', folder]);
    const [, kid, from = ''] = /^(\S+) signs from (\S+) on\.\n$/.exec(out) ?? [];
    expect(code).toBe(0);
    const aheadMs = Date.parse(from) - Date.now();
    expect(aheadMs > 100_000 && aheadMs <= 121_000).toBe(true);
    expect(namesIn(folder)[1]).toContain(kid);
    const third = await runKeys(['rotate', '--folder', folder]);
    expect(third).toMatchObject({ code: 1, out: '' });
    expect(third.err).toMatch(new RegExp(`^${kid} is the next key already, .*: retire ${kid} --compromised\n$`));
  });

  test('accepts --signs-in', async () => {
    const { folder } = folderAt(-1);
    const { out } = await runKeys(['rotate', '--signs-in', '3600', '--folder', folder]);
    const [, from = ''] = /signs from (\S+) on/.exec(out) ?? [];
    const aheadMs = Date.parse(from) - Date.now();
    expect(aheadMs > 3_570_000 && aheadMs <= 3_601_000).toBe(true);
  });

  test('names the keys that it has retired', async () => {
    const { folder, kids } = folderAt(-48, -24);
    const { out } = await runKeys(['rotate', '--folder', folder]);
    expect(out).toMatch(new RegExp(`^\\S+ signs from \\S+ on\\.\n${kids[0]} is retired\\.\n$`));
  });
});

describe('retire', () => {
  test('deletes expired keys, and tells if there is none', async () => {
    const { folder, kids } = folderAt(-72, -48, -24, -0.1);
    const first = await runKeys(['retire', '--folder', folder]);
    expect(first).toEqual({ code: 0, out: `${kids[0]} is retired.\n${kids[1]} is retired.\n`, err: '' });
    const again = await runKeys(['retire', '--folder', folder]);
    expect(again).toEqual({ code: 0, out: 'No key has expired: see list.\n', err: '' });
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('deletes a compromised key at once, and names the signing key', async () => {
    const { folder, kids } = folderAt(-24, 1);
    const result = await runKeys(['retire', kids[0] ?? '', '--compromised', '--folder', folder]);
    expect(result).toEqual({ code: 0, out: `${kids[0]} is retired.\n${kids[1]} signs.\n`, err: '' });
    expect(namesIn(folder).map((name) => name.includes(kids[1] ?? ''))).toEqual([true]);
  });

  test('keeps the only key, and keys without --compromised', async () => {
    const { folder, kids } = folderAt(-24);
    const [kid = ''] = kids;
    const only = await runKeys(['retire', kid, '--compromised', '--folder', folder]);
    expect(only).toMatchObject({ code: 1, out: '', err: expect.stringContaining('add one first, with rotate') });
    const withoutOption = await runKeys(['retire', kid, '--folder', folder]);
    expect(withoutOption).toMatchObject({ code: 2, out: '', err: expect.stringContaining('add --compromised') });
    expect(namesIn(folder)).toHaveLength(1);
  });

  test('accepts a kid that begins with a hyphen after --', async () => {
    const { folder } = folderAt(-24);
    const kid = `-${'k'.repeat(42)}`;
    const result = await runKeys(['retire', '--folder', folder, '--compromised', '--', kid]);
    expect(result).toMatchObject({ code: 1, err: `There is no key ${kid} in ${folder}: see list.\n` });
  });
});

describe('the folder', () => {
  test('is taken from --folder, SIGNING_KEYS_FOLDER or DATA_FOLDER, in this order', async () => {
    const [data, named, result] = [folderOfTest(), folderOfTest(), folderOfTest()];
    const env = { DATA_FOLDER: data };
    const both = { ...env, SIGNING_KEYS_FOLDER: named };
    const missing = join(data, 'secrets', 'signing-keys');
    const none = (folder: string) => `There is no usable key in ${folder}. ${fixFor(folder)}\n`;
    expect((await runKeys(['list'], env)).err).toBe(`The folder ${missing} does not exist. ${fixFor(missing)}\n`);
    expect((await runKeys(['list'], both)).err).toBe(none(named));
    expect((await runKeys(['list', '--folder', result], both)).err).toBe(none(result));
  });

  test('that cannot be used is an error of one line', async () => {
    const file = join(folderOfTest(), 'file');
    writeFileSync(file, 'mine');
    for (const command of ['list', 'rotate']) {
      const { code, out, err } = await runKeys([command, '--folder', file]);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/^\S+file cannot be used \(.*\): it is a file or lies below one; choose a folder\.\n$/);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

test('npm run keys is the same command', async () => {
  const { folder, kids } = folderAt(-1);
  const process = runCommand(['npm', 'run', '--silent', 'keys', '--', 'list', '--folder', folder], {});
  expect(await process.exitCode).toBe(0);
  expect(process.stdout()).toContain(`${kids[0]}  signing`);
});
