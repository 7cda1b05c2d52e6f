import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { modeOf } from '../../testing/command-line.ts';
import { openJournal } from './journal.ts';

const account = { url: 'http://127.0.0.1:4000/graphql', userId: 'ada' };
const identityOf = (text: string | number) => createHash('sha256').update(String(text)).digest('hex');

/** The file of the journal of an account. */
function fileIn(folder: string): string {
  const [name = ''] = readdirSync(join(folder, 'uploads'));
  return join(folder, 'uploads', name);
}

test('returns what an earlier one of the same account has added', async () => {
  const folder = folderOfTest();
  const first = await openJournal(folder, account);
  expect(first.isEmpty).toBe(true);
  await first.add(identityOf('a'), 'old');
  await first.add(identityOf('a'), 'new');
  const second = await openJournal(folder, account);
  expect([second.isEmpty, second.find(identityOf('a')), second.find(identityOf('b'))]).toEqual([
    false,
    'new',
    undefined,
  ]);
  expect(modeOf(fileIn(folder))).toBe('600');
  for (const other of [
    { ...account, userId: 'bob' },
    { ...account, url: 'https://other.example/graphql' },
  ]) {
    expect((await openJournal(folder, other)).isEmpty).toBe(true);
  }
});

test('loses nothing of several that add at the same time', async () => {
  const folder = folderOfTest();
  const journals = await Promise.all([1, 2, 3].map(() => openJournal(folder, account)));
  await Promise.all(
    journals.flatMap((journal, at) => [0, 1, 2].map((each) => journal.add(identityOf(at * 3 + each), `${at}`))),
  );
  const after = await openJournal(folder, account);
  expect(Array.from({ length: 9 }, (_, at) => after.find(identityOf(at)))).toEqual([...'000111222']);
});

test('ignores lines that are none', async () => {
  const folder = folderOfTest();
  await (await openJournal(folder, account)).add(identityOf('a'), 'one');
  appendFileSync(
    fileIn(folder),
    `\n${identityOf('b')}\nnonsense\n${identityOf('c')} id with spaces\n${identityOf('d')} cut`,
  );
  const after = await openJournal(folder, account);
  expect(['a', 'b', 'c', 'd'].map((each) => after.find(identityOf(each)))).toEqual([
    'one',
    undefined,
    undefined,
    'cut',
  ]);
});

test('adds a line of its own after one that was cut off', async () => {
  const folder = folderOfTest();
  await (await openJournal(folder, account)).add(identityOf('a'), 'one');
  appendFileSync(fileIn(folder), identityOf('b').slice(0, 20));
  await (await openJournal(folder, account)).add(identityOf('c'), 'three');
  const after = await openJournal(folder, account);
  expect([after.find(identityOf('a')), after.find(identityOf('c'))]).toEqual(['one', 'three']);
});

test('forgets the older half when it has more than 100,000 lines', async () => {
  const folder = folderOfTest();
  await (await openJournal(folder, account)).add(identityOf('first'), 'first');
  const lines = Array.from({ length: 100_000 }, (_, at) => `${at.toString(16).padStart(64, '0')} ${at}\n`);
  writeFileSync(fileIn(folder), lines.join(''), { flag: 'a' });
  const after = await openJournal(folder, account);
  expect(after.find(identityOf('first'))).toBe(undefined);
  expect(after.find((99_999).toString(16).padStart(64, '0'))).toBe('99999');
  expect(readFileSync(fileIn(folder), 'utf8').split('\n')).toHaveLength(50_001);
  expect(modeOf(fileIn(folder))).toBe('600');
});
