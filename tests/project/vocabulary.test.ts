import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testTitles } from './test-titles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Words with a private meaning, each with the field's term. No file name, exported identifier or test title uses one.
 * `sameWords` splits camelCase and hyphens, and compares in lower case.
 */
const fieldWords: Record<string, string> = {
  refusal: 'error, or the code',
  refusals: 'errors, rejections',
  refuse: 'reject, throw',
  refuses: 'rejects, throws',
  refused: 'rejected',
  refusing: 'rejecting',
  familiar: 'cached',
  compilable: 'supported',
  'second sight': 'second use',
  lean: 'compiled',
  stock: 'Apollo',
  'not understood': 'unsupported',
  surprise: 'unexpected shape',
  odd: 'prototype name, or what is unusual about it',
  asked: 'requested, sent, called',
  asking: 'pending, sending',
  finding: 'lookup, result',
  texts: 'text validation, documents',
  settling: 'recovery',
  settle: 'recover',
  settles: 'recovers',
  settled: 'recovered, ended',
  trouble: 'error, failure',
  guess: 'attempt',
  guesses: 'attempts',
  guessed: 'attempted',
  guessing: 'attempts',
  'under way': 'in flight',
  'give back': 'release',
  'gives back': 'releases',
  upkeep: 'maintenance',
  'take over': 'migrate, claim',
  'takes over': 'migrates, claims',
  'taking over': 'migrating, claiming',
  'took over': 'migrated, claimed',
  remember: 'cache',
  remembers: 'caches',
  remembered: 'cached',
  turns: 'yielding, mutex, order',
  'among others': 'retry while busy',
  'whole files': 'atomic files',
  'without values': 'redacted',
  'start fault': 'startup error',
  'connected client': 'client IP',
  'other end': 'remote address',
  'look alike': 'confusable',
  'look alikes': 'confusables',
  known: 'cached, registered, existing',
  kept: 'stored, persisted, preserved',
  mend: 'patch, fix',
  mends: 'patches, fixes',
  mended: 'patched, fixed',
  filling: 'autofill',
  given: 'required value, argument, provided',
  waiting: 'queued, pending, async',
  mood: 'scenario',
  moods: 'scenarios',
  hold: 'assert, lock',
  stage: 'harness',
  told: 'reported, ledger',
  doomed: 'killable',
  'left over': 'orphan',
  'left overs': 'orphans',
  fallen: 'regressed',
  strain: 'stress',
  people: 'users',
};

/** Common phrases, and a column's name, that contain one of the words. */
const commonPhrases = / (?:well known|turns on|settles at) /g;

/** Names that are fixed by the API, the environment or the data folder. */
const fixed: readonly RegExp[] = [/^GATEWAY_EXECUTOR\b.*lean/];

const listFiles = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !/(^|\/)generated\//.test(file));

const sources = listFiles('*.ts', '*.tsx');

const sameWords = (text: string): string =>
  ` ${text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, ' ')
    .trim()} `;

function privateWordsIn(text: string): string[] {
  if (fixed.some((name) => name.test(text))) return [];
  const words = sameWords(text).replace(commonPhrases, '  ');
  return Object.keys(fieldWords).filter((word) => words.includes(` ${word} `));
}

const exportedNames = (text: string) =>
  [...text.matchAll(/^export (?:async )?(?:const|function|class|interface|type|let) (\w+)/gm)].map(
    ([, name = '']) => name,
  );

const places = sources.flatMap((file) => {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  return [
    { kind: 'file', file, name: file },
    ...exportedNames(text).map((name) => ({ kind: 'export', file, name })),
    ...(/\.(test|contract)\.ts$/.test(file) ? testTitles(text).map((name) => ({ kind: 'title', file, name })) : []),
  ];
});

test.each(['file', 'export', 'title'])('no %s uses a private word', (kind) => {
  const ofKind = places.filter((place) => place.kind === kind);
  expect(ofKind.length).toBeGreaterThan(300);
  const found = ofKind.flatMap(({ file, name }) =>
    privateWordsIn(name).map((word) => `${file}: "${name}" says "${word}", the field says ${fieldWords[word]}`),
  );
  expect(found).toEqual([]);
});

test.each([
  ["test('a', () => {});\n  describe(`b`, () => {});", ['a', 'b']],
  [`test.each([\n  ['(', /[')]/, \`\\\`\${')'}\`], // )\n])(\n  'a %s', () => {});`, ['a %s']],
  ["test.each<[string, () => Promise<Buffer>]>([['b', g]])('a', () => {});", ['a']],
  ["test.skipIf(isOff('b')).each(cases)('a', () => {});", ['a']],
  ['test.for([1])("it\'s", () => {});', ["it's"]],
])('finds the titles in %j', (text, titles) => {
  expect(testTitles(text)).toEqual(titles);
});

test('no comment begins with a fragment', () => {
  const fragment = /(?:\/\*\*?|\/\/|^\s*\*|^\s*#) (?:Whether|What|Of|Who|Whose|That|Those) /;
  const found = listFiles('*.ts', '*.tsx', '*.sh', '*.yml', '.ci', 'Dockerfile').flatMap((file) =>
    readFileSync(`${root}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, at) => (fragment.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
