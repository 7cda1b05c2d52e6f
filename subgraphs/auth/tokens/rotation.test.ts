import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn, sharedPair } from '../testing/key-folder.ts';
import { addKey } from './key-folder.ts';
import { listKeys, rotate } from './rotation.ts';

const tokenSeconds = 900;
const signsInSeconds = 120;

/** The kid and state of each key, in signing order. */
const statesIn = (folder: string) =>
  listKeys({ folder, tokenSeconds }).keys.map(({ key, state }) => [key.kid, state] as const);

describe('rotate', () => {
  test('adds a key that signs after two minutes, until which the current key signs', () => {
    const setClock = clockAt('2026-11-24T04:00:00.500Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { added, retired } = rotate({ folder, tokenSeconds, signsInSeconds });
    // Never earlier than requested, and at most a second later.
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

  test('adds a new key each time', () => {
    const setClock = clockAt('2026-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const first = rotate({ folder, tokenSeconds, signsInSeconds }).added.kid;
    setClock('2026-11-25T04:00:00Z');
    expect(rotate({ folder, tokenSeconds, signsInSeconds }).added.kid).not.toBe(first);
  });

  test('creates the folder and its first key, which signs at once', () => {
    clockAt('2026-11-24T04:00:00.500Z');
    const folder = join(folderOfTest(), 'new', 'keys');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds });
    expect(added.signsFrom).toEqual(new Date('2026-11-24T04:00:00Z'));
    expect(statesIn(folder)).toEqual([[added.kid, 'signing']]);
    const modes = [folder, join(folder, namesIn(folder)[0] ?? '')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  test.each([0o600, 0o640, 0o644])('gives the new key the mode of the signing key: %o', (mode) => {
    const folder = folderOfTest();
    addKey(folder, { signsFrom: new Date('2026-11-01T00:00:00Z'), pair: sharedPair(0), mode });
    rotate({ folder, tokenSeconds, signsInSeconds });
    const modes = namesIn(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([mode, mode]);
  });

  test('throws a StartupError with the time until the next key signs', () => {
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

  test('deletes expired keys', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-24T03:50:00Z');
    const { added, retired } = rotate({ folder, tokenSeconds, signsInSeconds });
    expect(retired.map(({ kid }) => kid)).toEqual([kids[0]]);
    expect(statesIn(folder).map(([kid]) => kid)).toEqual([kids[1], kids[2], added.kid]);
  });

  test('lets the new key sign a second later if the current key began in this second', () => {
    clockAt('2026-11-24T04:00:00.900Z');
    const { folder } = folderWith('2026-11-24T04:00:00Z');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 0 });
    expect(added.signsFrom).toEqual(new Date('2026-11-24T04:00:01Z'));
  });

  // The current key was created by a clock that was ahead or has been set back.
  test('lets the new key sign after a current key that is dated in the future', () => {
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

describe('listKeys', () => {
  test('returns nothing for a missing folder', () => {
    expect(listKeys({ folder: join(folderOfTest(), 'nowhere'), tokenSeconds })).toEqual({
      keys: [],
      errors: new Map(),
    });
  });

  test('throws a StartupError if the folder is a file', () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const file = join(folder, namesIn(folder)[0] ?? '');
    expect(() => listKeys({ folder: file, tokenSeconds })).toThrow(StartupError);
    expect(() => listKeys({ folder: file, tokenSeconds })).toThrow(
      /cannot be used \(ENOTDIR.*: it is a file or lies below one; choose a folder\./,
    );
  });

  test('returns until when each key is accepted', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    const untils = listKeys({ folder, tokenSeconds: 900 }).keys.map(({ acceptedUntilMs }) => acceptedUntilMs);
    expect(untils).toEqual([Date.parse('2026-11-24T04:06:00Z'), Number.POSITIVE_INFINITY]);
  });
});
