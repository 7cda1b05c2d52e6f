import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn } from '../testing/key-folder.ts';
import { ensureFirstKey, migrateLegacyKey } from './first-key.ts';
import { addKey, readKeyFolder } from './key-folder.ts';
import { newKeyPair } from './private-key.ts';
import { listKeys } from './rotation.ts';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const mode = (path: string) => statSync(path).mode & 0o777;

/** What a start says of what it cannot use. */
function faultOf(start: () => unknown): string {
  try {
    start();
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('It was taken as it is.');
}

describe('the first key', () => {
  test.each([
    [0o600, 0o700],
    [0o644, 0o755],
  ])(
    'is made with its folder, readable by %o, and signs at once; nothing is left beside it',
    (fileMode, folderMode) => {
      const above = folderOfTest();
      const folder = join(above, 'signing-keys');
      ensureFirstKey(folder, fileMode);
      expect(namesIn(above)).toEqual(['signing-keys']);
      const { keys } = listKeys({ folder, tokenSeconds: 900 });
      expect(keys.map(({ state, key }) => [state, key.signsFrom.getTime() <= Date.now()])).toEqual([['signing', true]]);
      expect([mode(folder), mode(join(folder, namesIn(folder)[0] ?? ''))]).toEqual([folderMode, fileMode]);
    },
  );

  test('is made in a folder that is empty', () => {
    const folder = folderOfTest();
    ensureFirstKey(folder, 0o600);
    expect(readKeyFolder(folder).keys).toHaveLength(1);
  });

  test('is not made where there is one, nor a second time', () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const before = namesIn(folder);
    ensureFirstKey(folder, 0o644);
    ensureFirstKey(folder, 0o644);
    expect([namesIn(folder), mode(join(folder, before[0] ?? ''))]).toEqual([before, 0o600]);
  });

  test('is not made where one is damaged: a new one would end every token issued so far', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'key.pem'), 'damaged');
    ensureFirstKey(folder, 0o600);
    expect(namesIn(folder)).toEqual(['key.pem']);
  });

  test('is not put beside what is somebody else’s', () => {
    const above = folderOfTest();
    const folder = join(above, 'signing-keys');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README'), 'mine');
    ensureFirstKey(folder, 0o600);
    expect([namesIn(above), namesIn(folder)]).toEqual([['signing-keys'], ['README']]);
  });

  test('cannot be made in a file, which is said and nothing else', () => {
    const above = folderOfTest();
    const folder = join(above, 'signing-keys');
    writeFileSync(folder, 'mine');
    expect(faultOf(() => ensureFirstKey(folder, 0o600))).toMatch(
      /signing-keys cannot be used \(ENOTDIR.*mend its rights/,
    );
    expect(namesIn(above)).toEqual(['signing-keys']);
  });
});

describe('the key of a version that had no folder', () => {
  const pair = newKeyPair();
  const other = newKeyPair();

  /** A folder of secrets as that version left it. */
  function old(content = pem(pair.privateKey), made = '2026-10-01T02:03:04.567Z') {
    const above = folderOfTest();
    const file = join(above, 'signing-key.pem');
    writeFileSync(file, content);
    writeFileSync(join(above, 'verification-key.pem'), 'a public key');
    utimesSync(file, new Date(made), new Date(made));
    const folder = join(above, 'signing-keys');
    return { above, file, folder, takeOver: () => migrateLegacyKey(folder, { file, mode: 0o640 }) };
  }

  test('is taken over with its age, and its files are gone', () => {
    const { above, folder, takeOver } = old();
    takeOver();
    expect(namesIn(above)).toEqual(['signing-keys']);
    expect(namesIn(folder)).toEqual([`20261001T020304Z.${pair.kid}.pem`]);
    expect(readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8')).toBe(pem(pair.privateKey));
    expect([mode(folder), mode(join(folder, namesIn(folder)[0] ?? ''))]).toEqual([0o750, 0o640]);
  });

  test('signs now, also where its file is of a time that has not come', () => {
    clockAt('2026-11-24T04:00:00.500Z');
    const { folder, takeOver } = old(undefined, '2030-01-01T00:00:00Z');
    takeOver();
    expect(namesIn(folder)).toEqual([`20261124T040000Z.${pair.kid}.pem`]);
  });

  test('is taken over without its public key, too', () => {
    const { above, folder, file } = old();
    const bare = folderOfTest();
    migrateLegacyKey(folder, { file, mode: 0o600 });
    migrateLegacyKey(join(bare, 'signing-keys'), { file: join(bare, 'signing-key.pem'), mode: 0o600 });
    expect([namesIn(above), namesIn(bare)]).toEqual([['signing-keys'], []]);
  });

  test('does not sign in the place of a younger one that is there already', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, takeOver } = old();
    addKey(folder, { signsFrom: new Date('2026-11-01T00:00:00Z'), pair: other, mode: 0o600 });
    takeOver();
    const { keys } = listKeys({ folder, tokenSeconds: 900 });
    expect(keys.map(({ key, state }) => [key.kid, state])).toEqual([
      [pair.kid, 'expired'],
      [other.kid, 'signing'],
    ]);
  });

  test.each([
    ['damaged', 'not a key', /It is damaged: .* Restore it/],
    ['cut short', pem(pair.privateKey).slice(0, 300), /It is damaged/],
    ['empty', '', /is empty: restore it/],
    ['of white space', ' \n', /is empty: restore it/],
    ['weak', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), /is of the wrong kind/],
    ['of another kind', pem(generateKeyPairSync('ed25519').privateKey), /is of the wrong kind/],
  ])('is a fault where it is %s, and everything stays as it is', (_, content, wrong) => {
    const { above, file, takeOver } = old(content);
    const fault = faultOf(takeOver);
    expect(fault).toContain(file);
    expect(fault).toMatch(wrong);
    expect(namesIn(above)).toEqual(['signing-key.pem', 'verification-key.pem']);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('is a fault where a folder is in its place, or a file in that of the new folder', () => {
    const above = folderOfTest();
    mkdirSync(join(above, 'signing-key.pem'));
    const file = join(above, 'signing-key.pem');
    expect(faultOf(() => migrateLegacyKey(join(above, 'signing-keys'), { file, mode: 0o600 }))).toContain(
      `${file}: EISDIR`,
    );
    const { folder, file: good, takeOver } = old();
    writeFileSync(folder, 'mine');
    expect(faultOf(takeOver)).toMatch(/signing-keys cannot be used \(.*mend its rights/);
    expect(existsSync(good)).toBe(true);
  });
});
