import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { clockAt, folderWith, namesIn } from '../testing/key-folder.ts';
import { ensureFirstKey, migrateLegacyKey } from './first-key.ts';
import { addKey, readKeyFolder } from './key-folder.ts';
import { newKeyPair } from './key-pair.ts';
import { listKeys } from './rotation.ts';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const mode = (path: string) => statSync(path).mode & 0o777;

/** The message of the StartupError. */
function errorOf(start: () => unknown): string {
  try {
    start();
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('No error was thrown.');
}

describe('ensureFirstKey', () => {
  test.each([
    [0o600, 0o700],
    [0o644, 0o755],
  ])('creates a folder with a key of mode %o that signs at once, and leaves no draft', (fileMode, folderMode) => {
    const parent = folderOfTest();
    const folder = join(parent, 'signing-keys');
    ensureFirstKey(folder, fileMode);
    expect(namesIn(parent)).toEqual(['signing-keys']);
    const { keys } = listKeys({ folder, tokenSeconds: 900 });
    expect(keys.map(({ state, key }) => [state, key.signsFrom.getTime() <= Date.now()])).toEqual([['signing', true]]);
    expect([mode(folder), mode(join(folder, namesIn(folder)[0] ?? ''))]).toEqual([folderMode, fileMode]);
  });

  test('adds a key to an empty folder', () => {
    const folder = folderOfTest();
    ensureFirstKey(folder, 0o600);
    expect(readKeyFolder(folder).keys).toHaveLength(1);
  });

  test('does nothing if there is a key', () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const before = namesIn(folder);
    ensureFirstKey(folder, 0o644);
    ensureFirstKey(folder, 0o644);
    expect([namesIn(folder), mode(join(folder, before[0] ?? ''))]).toEqual([before, 0o600]);
  });

  test('does nothing if there is a damaged key, as a new one would invalidate all tokens', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'key.pem'), 'damaged');
    ensureFirstKey(folder, 0o600);
    expect(namesIn(folder)).toEqual(['key.pem']);
  });

  test('does nothing if the folder holds other files', () => {
    const parent = folderOfTest();
    const folder = join(parent, 'signing-keys');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README'), 'mine');
    ensureFirstKey(folder, 0o600);
    expect([namesIn(parent), namesIn(folder)]).toEqual([['signing-keys'], ['README']]);
  });

  test('throws a StartupError, and leaves no draft, if the folder is a file', () => {
    const parent = folderOfTest();
    const folder = join(parent, 'signing-keys');
    writeFileSync(folder, 'mine');
    expect(errorOf(() => ensureFirstKey(folder, 0o600))).toMatch(
      /signing-keys cannot be used \(ENOTDIR.*it is a file or lies below one; choose a folder/,
    );
    expect(namesIn(parent)).toEqual(['signing-keys']);
  });
});

describe('migrateLegacyKey', () => {
  const pair = newKeyPair();
  const other = newKeyPair();

  /** A folder of secrets as a version without a key folder left it. */
  function createLegacy(content = pem(pair.privateKey), made = '2026-10-01T02:03:04.567Z') {
    const parent = folderOfTest();
    const file = join(parent, 'signing-key.pem');
    writeFileSync(file, content);
    writeFileSync(join(parent, 'verification-key.pem'), 'a public key');
    utimesSync(file, new Date(made), new Date(made));
    const folder = join(parent, 'signing-keys');
    return { parent, file, folder, migrate: () => migrateLegacyKey(folder, { file, mode: 0o640 }) };
  }

  test('moves the key into the folder with its age, and deletes the old files', () => {
    const { parent, folder, migrate } = createLegacy();
    migrate();
    expect(namesIn(parent)).toEqual(['signing-keys']);
    expect(namesIn(folder)).toEqual([`20261001T020304Z.${pair.kid}.pem`]);
    expect(readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8')).toBe(pem(pair.privateKey));
    expect([mode(folder), mode(join(folder, namesIn(folder)[0] ?? ''))]).toEqual([0o750, 0o640]);
  });

  test('lets the key sign now even if its file is dated in the future', () => {
    clockAt('2026-11-24T04:00:00.500Z');
    const { folder, migrate } = createLegacy(undefined, '2030-01-01T00:00:00Z');
    migrate();
    expect(namesIn(folder)).toEqual([`20261124T040000Z.${pair.kid}.pem`]);
  });

  test('works without the public key, and without any key', () => {
    const { parent, folder, file } = createLegacy();
    const bare = folderOfTest();
    migrateLegacyKey(folder, { file, mode: 0o600 });
    migrateLegacyKey(join(bare, 'signing-keys'), { file: join(bare, 'signing-key.pem'), mode: 0o600 });
    expect([namesIn(parent), namesIn(bare)]).toEqual([['signing-keys'], []]);
  });

  test('does not replace a newer key as the signing key', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, migrate } = createLegacy();
    addKey(folder, { signsFrom: new Date('2026-11-01T00:00:00Z'), pair: other, mode: 0o600 });
    migrate();
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
    ['only white space', ' \n', /is empty: restore it/],
    ['weak', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), /is of the wrong kind/],
    ['of another kind', pem(generateKeyPairSync('ed25519').privateKey), /is of the wrong kind/],
  ])('throws a StartupError, and changes nothing, if the key is %s', (_, content, wrong) => {
    const { parent, file, migrate } = createLegacy(content);
    const message = errorOf(migrate);
    expect(message).toContain(file);
    expect(message).toMatch(wrong);
    expect(namesIn(parent)).toEqual(['signing-key.pem', 'verification-key.pem']);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('throws a StartupError if a path is a folder instead of a file, or a file instead of a folder', () => {
    const parent = folderOfTest();
    mkdirSync(join(parent, 'signing-key.pem'));
    const file = join(parent, 'signing-key.pem');
    expect(errorOf(() => migrateLegacyKey(join(parent, 'signing-keys'), { file, mode: 0o600 }))).toContain(
      `${file}: EISDIR`,
    );
    const { folder, file: good, migrate } = createLegacy();
    writeFileSync(folder, 'mine');
    expect(errorOf(migrate)).toMatch(/signing-keys cannot be used \(.*it is a file or lies below one; choose a folder/);
    expect(existsSync(good)).toBe(true);
  });
});
