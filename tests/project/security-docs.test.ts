import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fullTestTitles } from './test-titles.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const page = readFileSync(join(docs, 'security.md'), 'utf8');

interface Row {
  id: string;
  level: string;
  requirement: string;
  done: string;
  how: string;
  /** Links to files of tests, each with a title in quotation marks. */
  tests: string;
}

/** The rows of the tables of requirements, whose ids are numbers of a section. */
const rows = [...page.matchAll(/^\| (\d+(?:\.\d+)+) \|(.*)\|$/gm)].map(([, id = '', cells = '']): Row => {
  const [level = '', requirement = '', done = '', how = '', tests = ''] = cells.split('|').map((cell) => cell.trim());
  return { id, level, requirement, done, how, tests };
});

test('each requirement says what it is and what is done, and how or why not', () => {
  expect(rows.length).toBeGreaterThan(90);
  const malformed = rows.filter(
    ({ requirement, done, how }) => requirement === '' || how === '' || !/^(yes|partly|no|operator)$/.test(done),
  );
  expect(malformed).toEqual([]);
});

test('no requirement is listed twice', () => {
  const ids = rows.map(({ id, level }) => `${id} ${level}`);
  expect(new Set(ids).size).toBe(ids.length);
});

/** A test that a requirement names, and the case of its table if it names one. */
const named = rows.flatMap(({ id, tests }) =>
  [...tests.matchAll(/\]\(([^)]+)\): "([^"]+)"(?: \("([^"]+)"\))?/g)].map(([, file = '', title = '', example]) => ({
    id,
    file,
    title,
    example,
  })),
);

const sourceOf = (file: string) => (existsSync(join(docs, file)) ? readFileSync(join(docs, file), 'utf8') : '');

test('each test that a requirement names is one of its file, by its whole title', () => {
  expect(named.length).toBeGreaterThan(60);
  const isThere = ({ file, title }: (typeof named)[0]) => fullTestTitles(sourceOf(file)).includes(title);
  expect(named.filter((each) => !isThere(each))).toEqual([]);
});

test('each case that a requirement names is one of its file, and its test has cases', () => {
  const withCase = named.filter(({ example }) => example !== undefined);
  expect(withCase.length).toBeGreaterThan(5);
  const isThere = ({ file, title, example }: (typeof named)[0]) =>
    /%[sji]|\$\w/.test(title) && sourceOf(file).includes(`'${example}'`);
  expect(withCase.filter((each) => !isThere(each))).toEqual([]);
});

test('what stands under the tests is a test with its title', () => {
  const others = rows.filter(
    ({ tests }) => tests.replace(/\[[^\]]+\.test\.ts\]\([^)]+\.test\.ts\): "[^"]+"( \("[^"]+"\))?(, )?/g, '') !== '',
  );
  expect(others).toEqual([]);
});

test('the whole title of a test has the titles of its suites', () => {
  const text = [
    "describe('a', () => {",
    "  describe.each([1])('b %i', () => {",
    "    test('c', () => {});",
    '  });',
    "  test.each([1])('d', () => {});",
    '});',
    "test('e', () => {});",
  ].join('\n');
  expect(fullTestTitles(text)).toEqual(['a > b %i > c', 'a > d', 'e']);
});
