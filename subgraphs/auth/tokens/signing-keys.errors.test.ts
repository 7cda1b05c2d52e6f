import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { folderWith, namesIn, sharedPair } from '../testing/key-folder.ts';
import { formatKeyFileName } from './key-file-name.ts';
import { addKey } from './key-folder.ts';
import { openSigningKeys } from './signing-keys.ts';

/** Waits with a bound that is generous enough for a busy machine. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const pollIntervalMs = 10;

function open(folder: string) {
  const { log, lines } = captureLog();
  const keys = openSigningKeys({ folder, tokenSeconds: 900, log, pollIntervalMs });
  onTestFinished(keys.stop);
  const errors = () => lines.filter(({ level }) => level === 50);
  return { keys, errors, published: () => keys.published().keys.map(({ kid }) => kid) };
}

/** Waits for several polls. */
const severalPolls = () => setTimeout(10 * pollIntervalMs);

describe('throws a StartupError with a fix if the folder', () => {
  /** The message of the StartupError. */
  function errorOf(folder: string): string {
    try {
      open(folder);
    } catch (error) {
      if (error instanceof StartupError) return error.message;
      throw error;
    }
    throw new Error('No error was thrown.');
  }

  test('is missing', () => {
    const folder = join(folderOfTest(), 'nowhere');
    expect(errorOf(folder)).toBe(
      `The folder of signing keys ${folder} does not exist. Create its first key: npm run keys -- rotate --create --folder ${folder}`,
    );
  });

  test('is empty', () => {
    const folder = folderOfTest();
    expect(errorOf(folder)).toBe(
      `The folder ${folder} holds no signing key. Create its first key: npm run keys -- rotate --create --folder ${folder}`,
    );
  });

  test('is a file', () => {
    const file = join(folderOfTest(), 'file');
    writeFileSync(file, 'mine');
    expect(errorOf(file)).toMatch(/cannot be read \(ENOTDIR.*: it is a file or lies below one; choose a folder\.$/);
  });

  test('holds no usable key: reports the first', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'key.pem'), 'not a key');
    writeFileSync(join(folder, 'old-key.pem'), 'not a key');
    expect(errorOf(folder)).toContain(`${join(folder, 'key.pem')} is not named as a key`);
  });
});

describe('keeps the last keys, and logs one error, while the folder', () => {
  test.each<[string, (folder: string) => void]>([
    ['is missing', (folder) => renameSync(folder, `${folder}.away`)],
    [
      'is a file',
      (folder) => {
        renameSync(folder, `${folder}.away`);
        writeFileSync(folder, 'mine');
      },
    ],
    [
      'is empty',
      (folder) => {
        renameSync(folder, `${folder}.away`);
        mkdirSync(folder);
      },
    ],
    [
      'holds only damaged keys',
      (folder) => {
        renameSync(folder, `${folder}.away`);
        mkdirSync(folder);
        writeFileSync(join(folder, 'key.pem'), 'not a key');
      },
    ],
  ])('%s; recovers, and logs later errors again', async (_, breakFolder) => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z');
    const { keys, errors, published } = open(folder);
    const folderErrors = () => errors().filter(({ msg }) => msg.startsWith('folder of signing keys cannot be used'));
    for (const times of [1, 2]) {
      const before = keys.current();
      breakFolder(folder);
      await until(() => expect(folderErrors()).toHaveLength(times));
      await severalPolls();
      expect(folderErrors()).toHaveLength(times);
      expect(keys.current()).toBe(before);
      expect(keys.get(kids[1] ?? '')).toBeDefined();
      rmSync(folder, { recursive: true, force: true });
      renameSync(`${folder}.away`, folder);
      const { kid } = addKey(folder, { signsFrom: new Date(), pair: sharedPair(1 + times), mode: 0o600 });
      await until(() => expect(published()).toContain(kid));
    }
  });
});

describe('an unusable key', () => {
  const name = formatKeyFileName({ signsFrom: new Date('2026-11-03T00:00:00Z'), kid: 'k'.repeat(43) });

  test('is logged once, while other keys and new ones work', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { errors, published } = open(folder);
    writeFileSync(join(folder, name), 'damaged');
    await until(() => expect(errors()).toHaveLength(1));
    expect(errors()[0]).toMatchObject({ msg: 'signing key cannot be used', file: name });
    expect(errors()[0]?.err?.message).toContain('It is damaged');
    const { kid } = addKey(folder, { signsFrom: new Date(), pair: sharedPair(2), mode: 0o600 });
    await until(() => expect(published()).toContain(kid));
    await severalPolls();
    expect(errors()).toHaveLength(1);
    expect(published()).toContain(kid);
    expect(kids).toHaveLength(1);
  });

  test('is logged at the start, without preventing it', () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    writeFileSync(join(folder, name), 'damaged');
    const { keys, errors } = open(folder);
    expect(keys.current().kid).toBe(kids[0]);
    expect(errors()).toMatchObject([{ file: name }]);
  });

  test('is logged again after its error changed or it was missing', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const { errors } = open(folder);
    writeFileSync(join(folder, name), 'damaged');
    await until(() => expect(errors()).toHaveLength(1));
    writeFileSync(join(folder, name), '');
    await until(() => expect(errors().at(-1)?.err?.message).toContain('is empty'));
    const times = errors().length;
    rmSync(join(folder, name));
    await severalPolls();
    writeFileSync(join(folder, name), '');
    await until(() => expect(errors()).toHaveLength(times + 1));
  });

  test('is used as soon as it is complete', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const pair = sharedPair(2);
    const text = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const file = join(folder, formatKeyFileName({ signsFrom: new Date(), kid: pair.kid }));
    const { keys, errors } = open(folder);
    writeFileSync(file, text.slice(0, 500));
    await until(() => expect(errors().length).toBeGreaterThan(0));
    expect(keys.get(pair.kid)).toBeUndefined();
    writeFileSync(file, text);
    await until(() => expect(keys.current().kid).toBe(pair.kid));
  });

  test('is not quoted in the log', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const text = sharedPair(2).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { errors } = open(folder);
    writeFileSync(join(folder, name), text);
    await until(() => expect(errors()).toHaveLength(1));
    const logged = JSON.stringify(errors());
    expect(logged).toContain('holds another key than its name says');
    for (const line of text.split('\n').filter((each) => each !== '')) expect(logged).not.toContain(line);
  });
});

test('a key that is damaged after it was read stays in use', async () => {
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
  const { keys, errors } = open(folder);
  writeFileSync(join(folder, namesIn(folder)[0] ?? ''), 'damaged');
  await severalPolls();
  expect([keys.current().kid, errors()]).toEqual([kids[0], []]);
});
