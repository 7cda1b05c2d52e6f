import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn } from '../testing/key-folder.ts';
import { addKey } from './key-folder.ts';
import { newKeyPair } from './private-key.ts';
import { listKeys, rotate } from './rotation.ts';

const tokenSeconds = 900;
const signsInSeconds = 120;

/** Each key with what it is, in the order in which they sign. */
const statesIn = (folder: string) =>
  listKeys({ folder, tokenSeconds }).keys.map(({ key, state }) => [key.kid, state] as const);

describe('rotate', () => {
  test('adds a key that signs two minutes later, and until then the one before does', () => {
    const setClock = clockAt('2026-11-24T04:00:00.500Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { added, retired } = rotate({ folder, tokenSeconds, signsInSeconds });
    // Never earlier than was said, and no more than a second later.
    expect(added.signsFrom).toEqual(new Date('2026-11-24T04:02:01Z'));
    expect(retired).toEqual([]);
    expect(statesIn(folder)).toEqual([
      [kids[0], 'signing'],
      [added.kid, 'next'],
    ]);
    setClock('2026-11-24T04:02:01Z');
    expect(statesIn(folder)).toEqual([
      [kids[0], 'accepted'],
      [added.kid, 'signing'],
    ]);
  });

  test('adds a key of its own each time', () => {
    const setClock = clockAt('2026-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const first = rotate({ folder, tokenSeconds, signsInSeconds }).added.kid;
    setClock('2026-11-25T04:00:00Z');
    expect(rotate({ folder, tokenSeconds, signsInSeconds }).added.kid).not.toBe(first);
  });

  test('makes the first key of a folder, and the folder, which signs at once', () => {
    clockAt('2026-11-24T04:00:00.500Z');
    const folder = join(folderOfTest(), 'new', 'keys');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds });
    expect(added.signsFrom).toEqual(new Date('2026-11-24T04:00:00Z'));
    expect(statesIn(folder)).toEqual([[added.kid, 'signing']]);
    const modes = [folder, join(folder, namesIn(folder)[0] ?? '')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  test.each([0o600, 0o640, 0o644])('gives the new key the mode of the one that signs: %o', (mode) => {
    const folder = folderOfTest();
    addKey(folder, { signsFrom: new Date('2026-11-01T00:00:00Z'), pair: newKeyPair(), mode });
    rotate({ folder, tokenSeconds, signsInSeconds });
    const modes = namesIn(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([mode, mode]);
  });

  test('is refused while the next key waits, and says until when; then it is done', () => {
    const setClock = clockAt('2026-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const { kid } = rotate({ folder, tokenSeconds, signsInSeconds }).added;
    setClock('2026-11-24T04:02:00Z');
    const again = () => rotate({ folder, tokenSeconds, signsInSeconds });
    expect(again).toThrow(StartupError);
    expect(again).toThrow(
      `${kid} is the next key already, and signs from 2026-11-24T04:02:01.000Z on. Wait for that, or remove it: retire ${kid} --compromised`,
    );
    expect(namesIn(folder)).toHaveLength(2);
    setClock('2026-11-24T04:02:01Z');
    expect(again().added.signsFrom).toEqual(new Date('2026-11-24T04:04:02Z'));
  });

  test('also removes the keys whose tokens have all expired', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-24T03:50:00Z');
    const { added, retired } = rotate({ folder, tokenSeconds, signsInSeconds });
    expect(retired.map(({ kid }) => kid)).toEqual([kids[0]]);
    expect(statesIn(folder).map(([kid]) => kid)).toEqual([kids[1], kids[2], added.kid]);
  });

  test('that lets a key sign at once does so after the one that was made in the same second', () => {
    clockAt('2026-11-24T04:00:00.900Z');
    const { folder } = folderWith('2026-11-24T04:00:00Z');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 0 });
    expect(added.signsFrom).toEqual(new Date('2026-11-24T04:00:01Z'));
  });

  // Made by a clock that was ahead, or by one that has been set back since.
  test('adds a key that signs after the one that signs now, also where that one’s time has not come', () => {
    const setClock = clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-24T05:00:00Z');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds });
    expect(statesIn(folder)).toEqual([
      [kids[0], 'signing'],
      [added.kid, 'next'],
    ]);
    setClock(added.signsFrom.toISOString());
    expect(statesIn(folder)[1]).toEqual([added.kid, 'signing']);
  });
});

describe('a list of keys', () => {
  test('of a folder that is not there is empty', () => {
    expect(listKeys({ folder: join(folderOfTest(), 'nowhere'), tokenSeconds })).toEqual({
      keys: [],
      faults: new Map(),
    });
  });

  test('of a file is a fault that says how to mend it', () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const file = join(folder, namesIn(folder)[0] ?? '');
    expect(() => listKeys({ folder: file, tokenSeconds })).toThrow(StartupError);
    expect(() => listKeys({ folder: file, tokenSeconds })).toThrow(/cannot be used \(ENOTDIR.*: mend its rights\./);
  });

  test('says of each key until when it is accepted', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    const untils = listKeys({ folder, tokenSeconds: 900 }).keys.map(({ acceptedUntilMs }) => acceptedUntilMs);
    expect(untils).toEqual([Date.parse('2026-11-24T04:06:00Z'), Number.POSITIVE_INFINITY]);
  });
});
