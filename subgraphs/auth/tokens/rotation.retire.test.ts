import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn } from '../testing/key-folder.ts';
import { fileNameOf } from './key-file-name.ts';
import { listKeys, retireCompromised, retireExpired } from './rotation.ts';

const tokenSeconds = 900;
const statesIn = (folder: string) =>
  listKeys({ folder, tokenSeconds }).keys.map(({ key, state }) => [key.kid, state] as const);

describe('a key is retired by itself', () => {
  test('when the tokens have expired that it signed, and a minute has passed, and not before', () => {
    const setClock = clockAt('2026-11-24T04:15:59.999Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    expect(retireExpired({ folder, tokenSeconds })).toEqual([]);
    expect(namesIn(folder)).toHaveLength(2);
    setClock('2026-11-24T04:16:00Z');
    expect(retireExpired({ folder, tokenSeconds }).map(({ kid }) => kid)).toEqual([kids[0]]);
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
  });

  test('later where tokens live longer', () => {
    const setClock = clockAt('2026-11-25T04:00:59Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    expect(retireExpired({ folder, tokenSeconds: 86_400 })).toEqual([]);
    setClock('2026-11-25T04:01:00Z');
    expect(retireExpired({ folder, tokenSeconds: 86_400 })).toHaveLength(1);
  });

  test('never while it signs, however old it is, nor before it has signed', () => {
    clockAt('2036-11-24T04:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2036-11-24T05:00:00Z');
    expect(retireExpired({ folder, tokenSeconds })).toEqual([]);
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('and nothing else of the folder is touched', () => {
    clockAt('2026-11-25T00:00:00Z');
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const others = ['README', '.hidden.pem', 'not-a-key.pem'];
    for (const name of others) writeFileSync(join(folder, name), 'mine');
    retireExpired({ folder, tokenSeconds });
    for (const name of others) expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
  });
});

describe('a compromised key is removed at once:', () => {
  const now = '2026-11-24T04:00:00.500Z';

  test('the one that signs, and the next one signs in its place from this second on', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    const signing = retireCompromised({ folder, tokenSeconds }, kids[0] ?? '');
    expect(signing).toEqual({ kid: kids[1], signsFrom: new Date('2026-11-24T04:00:00Z') });
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
    expect(namesIn(folder)).toEqual([fileNameOf(signing)]);
  });

  test('the next one, and the other goes on signing', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    expect(retireCompromised({ folder, tokenSeconds }, kids[1] ?? '').kid).toBe(kids[0]);
    expect(statesIn(folder)).toEqual([[kids[0], 'signing']]);
  });

  test('one whose tokens are still accepted', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    expect(retireCompromised({ folder, tokenSeconds }, kids[0] ?? '').kid).toBe(kids[1]);
    expect(statesIn(folder)).toEqual([[kids[1], 'signing']]);
  });

  test('and none that has expired is accepted again for it', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-24T03:50:00Z');
    expect(statesIn(folder).map(([, state]) => state)).toEqual(['expired', 'accepted', 'signing']);
    retireCompromised({ folder, tokenSeconds }, kids[1] ?? '');
    expect(statesIn(folder)).toEqual([[kids[2], 'signing']]);
  });

  test('also where it lies there twice, and does not come after itself', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const [kid = ''] = kids;
    const text = readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8');
    writeFileSync(join(folder, fileNameOf({ signsFrom: new Date('2026-11-24T05:00:00Z'), kid })), text);
    expect(() => retireCompromised({ folder, tokenSeconds }, kid)).toThrow('there is no next');
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('but not the one that signs where there is no next, which is to be added first', () => {
    clockAt(now);
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T03:50:00Z');
    const retire = () => retireCompromised({ folder, tokenSeconds }, kids[1] ?? '');
    expect(retire).toThrow(StartupError);
    expect(retire).toThrow('It is the one that signs, and there is no next: add one first, with rotate.');
    expect(namesIn(folder)).toHaveLength(2);
  });

  test.each(['nobody', '', '../other', '*'])('but none by the name of %j', (kid) => {
    clockAt(now);
    const { folder } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
    expect(() => retireCompromised({ folder, tokenSeconds }, kid)).toThrow(`There is no key ${kid} in ${folder}`);
    expect(namesIn(folder)).toHaveLength(2);
  });

  test('but none of a folder that is not there', () => {
    const folder = join(folderOfTest(), 'nowhere');
    expect(() => retireCompromised({ folder, tokenSeconds }, 'a-key')).toThrow(`There is no key a-key in ${folder}`);
  });
});
