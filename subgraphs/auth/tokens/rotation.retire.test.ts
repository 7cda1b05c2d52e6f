import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn } from '../testing/key-folder.ts';
import { formatKeyFileName } from './key-file-name.ts';
import { listKeys, retireCompromised, retireExpired } from './rotation.ts';

const tokenSeconds = 900;
const statesIn = (folder: string) =>
  listKeys({ folder, tokenSeconds }).keys.map(({ key, state }) => [key.kid, state] as const);

describe('retireExpired', () => {
  test('deletes a key one minute after its tokens have expired, and not before', () => {
    const setClock = clockAt('2026-11-24T04:15:59.999Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    expect(retireExpired({ folder, tokenSeconds })).toEqual([]);
    expect(namesIn(folder)).toHaveLength(2);
    setClock('2026-11-24T04:16:00Z');
    expect(retireExpired({ folder, tokenSeconds }).map(({ kid }) => kid)).toEqual([kids[0]]);
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
  });

  test('deletes it later if tokens live longer', () => {
    const setClock = clockAt('2026-11-25T04:00:59Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    expect(retireExpired({ folder, tokenSeconds: 86_400 })).toEqual([]);
    setClock('2026-11-25T04:01:00Z');
    expect(retireExpired({ folder, tokenSeconds: 86_400 })).toHaveLength(1);
  });

  test('keeps the signing key at any age, and the next key', () => {
    clockAt('2036-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2036-11-24T05:00:00Z');
    expect(retireExpired({ folder, tokenSeconds })).toEqual([]);
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('leaves other files alone', () => {
    clockAt('2026-11-25T00:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const others = ['README', '.hidden.pem', 'not-a-key.pem'];
    for (const name of others) writeFileSync(join(folder, name), 'mine');
    retireExpired({ folder, tokenSeconds });
    for (const name of others) expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
  });
});

describe('retireCompromised', () => {
  const now = '2026-11-24T04:00:00.500Z';

  test('deletes the signing key, and the next key signs at once', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    const signing = retireCompromised({ folder, tokenSeconds }, kids[0] ?? '');
    expect(signing).toEqual({ kid: kids[1], signsFrom: new Date('2026-11-24T04:00:00Z') });
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
    expect(namesIn(folder)).toEqual([formatKeyFileName(signing)]);
  });

  test('deletes the next key, and the signing key stays', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    expect(retireCompromised({ folder, tokenSeconds }, kids[1] ?? '').kid).toBe(kids[0]);
    expect(statesIn(folder)).toEqual([[kids[0], 'signing']]);
  });

  test('deletes a key that is still accepted', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    expect(retireCompromised({ folder, tokenSeconds }, kids[0] ?? '').kid).toBe(kids[1]);
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
  });

  test('deletes expired keys too, so that none is accepted again', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-24T03:50:00Z');
    expect(statesIn(folder).map(([, state]) => state)).toEqual(['expired', 'accepted', 'signing']);
    retireCompromised({ folder, tokenSeconds }, kids[1] ?? '');
    expect(statesIn(folder)).toEqual([[kids[2], 'signing']]);
  });

  test('does not let a copy of the key succeed it', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const [kid = ''] = kids;
    const text = readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8');
    writeFileSync(join(folder, formatKeyFileName({ signsFrom: new Date('2026-11-24T05:00:00Z'), kid })), text);
    expect(() => retireCompromised({ folder, tokenSeconds }, kid)).toThrow('there is no next key');
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('throws a StartupError for the signing key if there is no next key', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    const retire = () => retireCompromised({ folder, tokenSeconds }, kids[1] ?? '');
    expect(retire).toThrow(StartupError);
    expect(retire).toThrow('It is the signing key, and there is no next key: add one first, with rotate.');
    expect(namesIn(folder)).toHaveLength(2);
  });

  test.each(['unknown', '', '../other', '*'])('throws for the unknown kid %j', (kid) => {
    clockAt(now);
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    expect(() => retireCompromised({ folder, tokenSeconds }, kid)).toThrow(`There is no key ${kid} in ${folder}`);
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('throws if the folder is missing', () => {
    const folder = join(folderOfTest(), 'nowhere');
    expect(() => retireCompromised({ folder, tokenSeconds }, 'a-key')).toThrow(`There is no key a-key in ${folder}`);
  });
});
