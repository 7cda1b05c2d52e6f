import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { folderWith, namesIn } from '../testing/key-folder.ts';
import { fileNameOf } from './key-file-name.ts';
import { addKey } from './key-folder.ts';
import { newKeyPair } from './private-key.ts';
import { openSigningKeys } from './signing-keys.ts';

/** Waits for what comes soon, also on a machine that is busy. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const everyMs = 10;

function open(folder: string) {
  const { log, lines } = captureLog();
  const keys = openSigningKeys({ folder, tokenSeconds: 900, log, everyMs });
  onTestFinished(keys.stop);
  const errors = () => lines.filter(({ level }) => level === 50);
  return { keys, errors, published: () => keys.published().keys.map(({ kid }) => kid) };
}

/** Long enough for several looks. */
const someLooks = () => setTimeout(10 * everyMs);

describe('nothing is opened, and how to mend it is said, where the folder', () => {
  /** What is said. */
  function faultOf(folder: string): string {
    try {
      open(folder);
    } catch (error) {
      if (error instanceof StartupError) return error.message;
      throw error;
    }
    throw new Error('The folder was taken as it is.');
  }

  test('is not there', () => {
    const folder = join(folderOfTest(), 'nowhere');
    expect(faultOf(folder)).toBe(
      `The folder of signing keys ${folder} is not there. Make a key in it: npm run keys -- rotate --folder ${folder}`,
    );
  });

  test('is empty', () => {
    const folder = folderOfTest();
    expect(faultOf(folder)).toBe(
      `The folder ${folder} holds no signing key. Make a key in it: npm run keys -- rotate --folder ${folder}`,
    );
  });

  test('is a file', () => {
    const file = join(folderOfTest(), 'file');
    writeFileSync(file, 'mine');
    expect(faultOf(file)).toMatch(/cannot be read \(ENOTDIR.*: mend its rights\.$/);
  });

  test('holds no key that can be used: that is told of the first', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'key.pem'), 'not a key');
    writeFileSync(join(folder, 'old-key.pem'), 'not a key');
    expect(faultOf(folder)).toContain(`${join(folder, 'key.pem')} is not named as a key`);
  });
});

describe('what was read last stays in use, and that is told once, while the folder', () => {
  test.each<[string, (folder: string) => void]>([
    ['is gone', (folder) => renameSync(folder, `${folder}.away`)],
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
      'has nothing but damaged keys',
      (folder) => {
        renameSync(folder, `${folder}.away`);
        mkdirSync(folder);
        writeFileSync(join(folder, 'key.pem'), 'not a key');
      },
    ],
  ])('%s; when it is there again that holds, and later trouble is told anew', async (_, spoil) => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z');
    const { keys, errors, published } = open(folder);
    const trouble = () => errors().filter(({ msg }) => msg.startsWith('the folder of signing keys cannot be used'));
    for (const times of [1, 2]) {
      const before = keys.current();
      spoil(folder);
      await until(() => expect(trouble()).toHaveLength(times));
      await someLooks();
      expect(trouble()).toHaveLength(times);
      expect(keys.current()).toBe(before);
      expect(keys.get(kids[1] ?? '')).toBeDefined();
      rmSync(folder, { recursive: true, force: true });
      renameSync(`${folder}.away`, folder);
      const { kid } = addKey(folder, { signsFrom: new Date(), pair: newKeyPair(), mode: 0o600 });
      await until(() => expect(published()).toContain(kid));
    }
  });
});

describe('a key that cannot be used', () => {
  const name = fileNameOf({ signsFrom: new Date('2026-11-03T00:00:00Z'), kid: 'k'.repeat(43) });

  test('is told of once, and the others work, and those that are added', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { errors, published } = open(folder);
    writeFileSync(join(folder, name), 'damaged');
    await until(() => expect(errors()).toHaveLength(1));
    expect(errors()[0]).toMatchObject({ msg: 'a signing key cannot be used', file: name });
    expect(errors()[0]?.err?.message).toContain('It is damaged');
    const { kid } = addKey(folder, { signsFrom: new Date(), pair: newKeyPair(), mode: 0o600 });
    await until(() => expect(published()).toContain(kid));
    await someLooks();
    expect(errors()).toHaveLength(1);
    expect(published()).toContain(kid);
    expect(kids).toHaveLength(1);
  });

  test('is told of at the start, which it does not hinder', () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    writeFileSync(join(folder, name), 'damaged');
    const { keys, errors } = open(folder);
    expect(keys.current().kid).toBe(kids[0]);
    expect(errors()).toMatchObject([{ file: name }]);
  });

  test('is told of anew where something else is wrong with it, or it is gone for a time', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const { errors } = open(folder);
    writeFileSync(join(folder, name), 'damaged');
    await until(() => expect(errors()).toHaveLength(1));
    writeFileSync(join(folder, name), '');
    await until(() => expect(errors().at(-1)?.err?.message).toContain('is empty'));
    const times = errors().length;
    rmSync(join(folder, name));
    await someLooks();
    writeFileSync(join(folder, name), '');
    await until(() => expect(errors()).toHaveLength(times + 1));
  });

  test('is used as soon as it is whole', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const pair = newKeyPair();
    const text = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const file = join(folder, fileNameOf({ signsFrom: new Date(), kid: pair.kid }));
    const { keys, errors } = open(folder);
    writeFileSync(file, text.slice(0, 500));
    await until(() => expect(errors().length).toBeGreaterThan(0));
    expect(keys.get(pair.kid)).toBeUndefined();
    writeFileSync(file, text);
    await until(() => expect(keys.current().kid).toBe(pair.kid));
  });

  test('says nothing of a private key in the log', async () => {
    const { folder } = folderWith('2026-11-01T00:00:00Z');
    const text = newKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { errors } = open(folder);
    writeFileSync(join(folder, name), text);
    await until(() => expect(errors()).toHaveLength(1));
    const logged = JSON.stringify(errors());
    expect(logged).toContain('holds another key than its name says');
    for (const line of text.split('\n').filter((each) => each !== '')) expect(logged).not.toContain(line);
  });
});

test('a key that is damaged after it was read goes on: what was read stays', async () => {
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
  const { keys, errors } = open(folder);
  writeFileSync(join(folder, namesIn(folder)[0] ?? ''), 'damaged');
  await someLooks();
  expect([keys.current().kid, errors()]).toEqual([kids[0], []]);
});
