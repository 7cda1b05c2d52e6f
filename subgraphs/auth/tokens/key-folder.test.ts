import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { folderWith, namesIn, sharedPair } from '../testing/key-folder.ts';
import { formatKeyFileName } from './key-file-name.ts';
import { addKey, modeOf, readKeyFolder, removeKey, rescheduleKey } from './key-folder.ts';
import { readPrivateKey } from './key-pair.ts';

const pair = sharedPair(2);
const early = new Date('2026-11-24T04:00:00Z');
const late = new Date('2026-11-24T05:00:00Z');
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A folder with two keys. */
function twoKeys() {
  const { folder, kids } = folderWith(late.toISOString(), early.toISOString());
  const { keys } = readKeyFolder(folder);
  const [first] = keys;
  if (!first) throw new Error('There is no key.');
  return { folder, kids, keys, first };
}

describe('readKeyFolder', () => {
  test('returns the keys in signing order', () => {
    const { keys, kids } = twoKeys();
    expect(keys.map(({ kid, signsFrom }) => [kid, signsFrom])).toEqual([
      [kids[1], early],
      [kids[0], late],
    ]);
  });

  test('returns nothing for an empty folder, and throws for a missing one', () => {
    expect(readKeyFolder(folderOfTest())).toEqual({ keys: [], errors: new Map() });
    expect(() => readKeyFolder(join(folderOfTest(), 'nowhere'))).toThrow('ENOENT');
  });

  test.each(['.20261124T040000Z.pem', '.abc.draft', '..data', 'README', 'key.pem.bak', '.gitkeep'])(
    'ignores %s',
    (name) => {
      const { folder } = twoKeys();
      writeFileSync(join(folder, name), 'not a key');
      const { keys, errors } = readKeyFolder(folder);
      expect([keys.length, errors.size]).toEqual([2, 0]);
    },
  );

  test('does not read cached keys again, as key files never change', () => {
    const { folder, keys, first } = twoKeys();
    writeFileSync(join(folder, first.name), 'damaged since');
    const again = readKeyFolder(folder, keys);
    expect(again.keys.map((key, index) => key === keys[index])).toEqual([true, true]);
    expect(again.errors.size).toBe(0);
  });
});

describe('readKeyFolder reports, and skips,', () => {
  const keyName = formatKeyFileName({ signsFrom: late, kid: 'k'.repeat(43) });

  test.each([
    ['a damaged file', keyName, 'not a key', /is damaged: it must be the PEM of an RSA private key/],
    ['an empty file', keyName, '', /is empty: restore it/],
    ['a file that is not named as a key', 'key.pem', 'not a key', /is not named as a key: <when it signs/],
    [
      'a file with the name of another key',
      keyName,
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      new RegExp(`holds another key than its name says: ${pair.kid}`),
    ],
  ])('%s', (_, name, content, wrong) => {
    const { folder } = twoKeys();
    writeFileSync(join(folder, name), content);
    const { keys, errors } = readKeyFolder(folder);
    expect(keys).toHaveLength(2);
    expect([...errors.keys()]).toEqual([name]);
    expect(errors.get(name)?.message).toMatch(wrong);
    expect(errors.get(name)?.message).toContain(join(folder, name));
  });

  test('a folder named as a key', () => {
    const { folder } = twoKeys();
    mkdirSync(join(folder, keyName));
    expect([...readKeyFolder(folder).errors.keys()]).toEqual([keyName]);
  });
});

describe('addKey', () => {
  test('writes one PEM file with the name of the key', () => {
    const folder = folderOfTest();
    const added = addKey(folder, { signsFrom: early, pair, mode: 0o600 });
    expect(added).toEqual({ signsFrom: early, kid: pair.kid });
    expect(namesIn(folder)).toEqual([`20261124T040000Z.${pair.kid}.pem`]);
    const written = readFileSync(join(folder, formatKeyFileName(added)), 'utf8');
    expect(written).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readPrivateKey(written).privateKey.equals(pair.privateKey)).toBe(true);
  });

  test.each([
    [0o600, '600', '700'],
    [0o640, '640', '750'],
    [0o440, '440', '750'],
    [0o644, '644', '755'],
  ])('applies the mode %o to the file and a new folder, whatever the umask', (fileMode, ofFile, ofFolder) => {
    for (const umask of [0, 0o077]) {
      const before = process.umask(umask);
      onTestFinished(() => void process.umask(before));
      const folder = join(folderOfTest(), 'keys');
      addKey(folder, { signsFrom: early, pair, mode: fileMode });
      expect([mode(join(folder, namesIn(folder)[0] ?? '')), mode(folder)]).toEqual([ofFile, ofFolder]);
      process.umask(before);
    }
  });

  test('does not change the mode of an existing folder', () => {
    const folder = folderOfTest();
    const before = mode(folder);
    addKey(folder, { signsFrom: early, pair, mode: 0o644 });
    expect(mode(folder)).toBe(before);
  });

  test('leaves no draft if it fails', () => {
    const folder = folderOfTest();
    mkdirSync(join(folder, formatKeyFileName({ signsFrom: early, kid: pair.kid }), 'taken'), { recursive: true });
    expect(() => addKey(folder, { signsFrom: early, pair, mode: 0o600 })).toThrow();
    expect(namesIn(folder)).toHaveLength(1);
  });
});

test('removeKey deletes a key, and ignores a missing one', () => {
  const { folder, first, kids } = twoKeys();
  removeKey(folder, first);
  removeKey(folder, first);
  expect(readKeyFolder(folder).keys.map(({ kid }) => kid)).toEqual([kids[0]]);
});

test('rescheduleKey changes when a key signs, and keeps its mode', () => {
  const { folder, first } = twoKeys();
  const before = modeOf(folder, first);
  rescheduleKey(folder, first, new Date('2026-11-25T00:00:00Z'));
  const moved = readKeyFolder(folder).keys.at(-1);
  expect(moved).toMatchObject({ kid: first.kid, name: `20261125T000000Z.${first.kid}.pem` });
  if (moved) expect(modeOf(folder, moved)).toBe(before);
});

test('readKeyFolder reads a renamed file again', () => {
  const { folder, keys, first } = twoKeys();
  const name = formatKeyFileName({ signsFrom: new Date('2026-11-24T06:00:00Z'), kid: first.kid });
  renameSync(join(folder, first.name), join(folder, name));
  expect(readKeyFolder(folder, keys).keys.map((key) => key.name)).toEqual([keys[1]?.name, name]);
});
