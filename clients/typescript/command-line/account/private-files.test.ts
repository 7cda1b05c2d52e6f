import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { modeOf } from '../../testing/command-line.ts';
import { makePrivateFolder, withFileLock, writePrivately } from './private-files.ts';

test('writes files that only their user can read, in a folder that only they can enter', async () => {
  const folder = join(folderOfTest(), 'a', 'b');
  const path = join(folder, 'file');
  for (const content of ['one', 'two']) {
    await writePrivately(path, content);
    expect([readFileSync(path, 'utf8'), modeOf(path), modeOf(folder), readdirSync(folder)]).toEqual([
      content,
      '600',
      '700',
      ['file'],
    ]);
  }
});

test('closes a folder that others can enter', async () => {
  const folder = join(folderOfTest(), 'open');
  mkdirSync(folder, { mode: 0o755 });
  await makePrivateFolder(folder);
  expect(modeOf(folder)).toBe('700');
});

test('leaves the former file, and no other, when it cannot write', async () => {
  const folder = folderOfTest();
  mkdirSync(join(folder, 'is-a-folder'));
  await expect(writePrivately(join(folder, 'is-a-folder'), 'text')).rejects.toMatchObject({ syscall: 'rename' });
  expect(readdirSync(folder)).toEqual(['is-a-folder']);
});

test('a lock lets one run at a time, and is gone afterwards', async () => {
  const folder = folderOfTest();
  const path = join(folder, 'lock');
  let running = 0;
  const run = async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    throw new Error('It fails.');
  };
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => withFileLock(path, run)));
  expect(results.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
  expect(results.every((result) => result.status === 'rejected' && result.reason.message === 'It fails.')).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock that a killed process has left is removed', async () => {
  const folder = folderOfTest();
  const path = join(folder, 'lock');
  writeFileSync(path, '');
  utimesSync(path, new Date(Date.now() - 11_000), new Date(Date.now() - 11_000));
  expect(await withFileLock(path, async () => readdirSync(folder))).toEqual(['lock']);
  expect(readdirSync(folder)).toEqual([]);
});
