import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { folderWith, namesIn } from '../testing/key-folder.ts';
import { fileNameOf } from './key-file-name.ts';
import { addKey, modeOf, moveKey, readKeyFolder, removeKey } from './key-folder.ts';
import { newKeyPair, readPrivateKey } from './private-key.ts';

const early = new Date('2026-11-24T04:00:00Z');
const late = new Date('2026-11-24T05:00:00Z');
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A folder with two keys, and the first of them. */
function twoKeys() {
  const { folder, kids } = folderWith(late.toISOString(), early.toISOString());
  const { keys } = readKeyFolder(folder);
  const [first] = keys;
  if (!first) throw new Error('There is no key.');
  return { folder, kids, keys, first };
}

describe('a folder of keys', () => {
  test('is read in the order in which they sign', () => {
    const { keys, kids } = twoKeys();
    expect(keys.map(({ kid, signsFrom }) => [kid, signsFrom])).toEqual([
      [kids[1], early],
      [kids[0], late],
    ]);
  });

  test('that is empty has none, and one that is not there is an error', () => {
    expect(readKeyFolder(folderOfTest())).toEqual({ keys: [], faults: new Map() });
    expect(() => readKeyFolder(join(folderOfTest(), 'nowhere'))).toThrow('ENOENT');
  });

  test.each(['.20261124T040000Z.pem', '.abc.draft', '..data', 'README', 'key.pem.bak', '.gitkeep'])(
    'may hold %s, which is none of ours to judge',
    (name) => {
      const { folder } = twoKeys();
      writeFileSync(join(folder, name), 'not a key');
      const { keys, faults } = readKeyFolder(folder);
      expect([keys.length, faults.size]).toEqual([2, 0]);
    },
  );

  test('is read again without its files, of those that are known: what they hold never changes', () => {
    const { folder, keys, first } = twoKeys();
    writeFileSync(join(folder, first.name), 'damaged since');
    const again = readKeyFolder(folder, keys);
    expect(again.keys.map((key, index) => key === keys[index])).toEqual([true, true]);
    expect(again.faults.size).toBe(0);
  });
});

describe('a file that looks like a key and is none is told of, and the others are read:', () => {
  const pair = newKeyPair();
  const named = fileNameOf({ signsFrom: late, kid: 'k'.repeat(43) });

  test.each([
    ['one that is damaged', named, 'not a key', /is damaged: it must be the PEM of an RSA private key/],
    ['one that is empty', named, '', /is empty: restore it/],
    ['one that is not named as a key', 'key.pem', 'not a key', /is not named as a key: <when it signs/],
    [
      'one with the name of another',
      named,
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      new RegExp(`holds another key than its name says: ${pair.kid}`),
    ],
  ])('%s', (_, name, content, wrong) => {
    const { folder } = twoKeys();
    writeFileSync(join(folder, name), content);
    const { keys, faults } = readKeyFolder(folder);
    expect(keys).toHaveLength(2);
    expect([...faults.keys()]).toEqual([name]);
    expect(faults.get(name)?.message).toMatch(wrong);
    expect(faults.get(name)?.message).toContain(join(folder, name));
  });

  test('a folder in its place', () => {
    const { folder } = twoKeys();
    mkdirSync(join(folder, named));
    expect([...readKeyFolder(folder).faults.keys()]).toEqual([named]);
  });
});

describe('a key that is added', () => {
  const pair = newKeyPair();

  test('lies in the file of its name, as it is, and nothing beside it', () => {
    const folder = folderOfTest();
    const added = addKey(folder, { signsFrom: early, pair, mode: 0o600 });
    expect(added).toEqual({ signsFrom: early, kid: pair.kid });
    expect(namesIn(folder)).toEqual([`20261124T040000Z.${pair.kid}.pem`]);
    const written = readFileSync(join(folder, fileNameOf(added)), 'utf8');
    expect(written).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readPrivateKey(written).privateKey.equals(pair.privateKey)).toBe(true);
  });

  test.each([
    [0o600, '600', '700'],
    [0o640, '640', '750'],
    [0o440, '440', '750'],
    [0o644, '644', '755'],
  ])('with mode %o is readable by whom that says, and so is a folder that is made', (fileMode, ofFile, ofFolder) => {
    for (const umask of [0, 0o077]) {
      const before = process.umask(umask);
      onTestFinished(() => void process.umask(before));
      const folder = join(folderOfTest(), 'keys');
      addKey(folder, { signsFrom: early, pair, mode: fileMode });
      expect([mode(join(folder, namesIn(folder)[0] ?? '')), mode(folder)]).toEqual([ofFile, ofFolder]);
      process.umask(before);
    }
  });

  test('leaves a folder as it is that is there', () => {
    const folder = folderOfTest();
    const before = mode(folder);
    addKey(folder, { signsFrom: early, pair, mode: 0o644 });
    expect(mode(folder)).toBe(before);
  });

  test('leaves nothing behind where it cannot be put in its place', () => {
    const folder = folderOfTest();
    mkdirSync(join(folder, fileNameOf({ signsFrom: early, kid: pair.kid }), 'taken'), { recursive: true });
    expect(() => addKey(folder, { signsFrom: early, pair, mode: 0o600 })).toThrow();
    expect(namesIn(folder)).toHaveLength(1);
  });
});

test('a key that is removed is gone, also where it was gone already', () => {
  const { folder, first, kids } = twoKeys();
  removeKey(folder, first);
  removeKey(folder, first);
  expect(readKeyFolder(folder).keys.map(({ kid }) => kid)).toEqual([kids[0]]);
});

test('a key that is moved signs from another time on, with the rights that it had', () => {
  const { folder, first } = twoKeys();
  const before = modeOf(folder, first);
  moveKey(folder, first, new Date('2026-11-25T00:00:00Z'));
  const moved = readKeyFolder(folder).keys.at(-1);
  expect(moved).toMatchObject({ kid: first.kid, name: `20261125T000000Z.${first.kid}.pem` });
  if (moved) expect(modeOf(folder, moved)).toBe(before);
});

test('a key whose file has been given another name is read anew', () => {
  const { folder, keys, first } = twoKeys();
  const name = fileNameOf({ signsFrom: new Date('2026-11-24T06:00:00Z'), kid: first.kid });
  renameSync(join(folder, first.name), join(folder, name));
  expect(readKeyFolder(folder, keys).keys.map((key) => key.name)).toEqual([keys[1]?.name, name]);
});
