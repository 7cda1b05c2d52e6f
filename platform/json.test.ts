import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../gateway/execution/differential/operations/random.ts';
import { fitsInJson, hasOverParts, isJsonTooDeep, isStructureOver, parseJson } from './json.ts';

const texts = ['', 'a', 'two words', '"quoted"', 'line\nbreak', 'ünïcödé', '🙂', '\u0000', '\ud800', 'x'.repeat(40)];
const numbers = [0, -0, 1, -1, 0.1, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY];

/** Any value that JSON.stringify accepts, with parts that it omits or writes as null. */
function randomValue(random: Random, depth: number): unknown {
  const kinds = ['text', 'number', 'boolean', 'null', 'undefined', ...(depth > 0 ? ['list', 'list', 'object'] : [])];
  switch (random.pick(kinds)) {
    case 'text':
      return random.pick(texts);
    case 'number':
      return random.pick(numbers);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'undefined':
      return undefined;
    case 'list':
      return Array.from({ length: random.below(5) }, () => randomValue(random, depth - 1));
    default: {
      const entries = Array.from({ length: random.below(5) }, (_, index) => [
        `${random.pick(texts)}${index}`,
        randomValue(random, depth - 1),
      ]);
      return Object.fromEntries(entries);
    }
  }
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('fitsInJson', () => {
  test('is exact for any value', () => {
    for (let seed = 0; seed < 3_000; seed++) {
      const value = { data: randomValue(createRandom(`json-size ${seed}`), 4) };
      const bytes = bytesOf(value);
      for (const limit of [1, bytes / 30, bytes / 2, bytes - 1, bytes, bytes + 1, bytes * 2, bytes * 30].map(
        Math.floor,
      ))
        expect([seed, limit, fitsInJson(value, limit)]).toEqual([seed, limit, limit >= bytes]);
    }
  });

  test.each([
    ['plain text', ['x'.repeat(10), { key: 'y' }, []]],
    ['objects of one field', { a: { b: { c: 'd', left: undefined } } }],
    ['lists', [[], [['a'], ['b', 'c']], []]],
    ['digits', [1, 2, 3, { four: 4 }]],
    ['long numbers', Array.from({ length: 9 }, () => -Number.MAX_VALUE)],
    ['escapes', { '"': '\u0000'.repeat(9), '\n': ['\\', '\ud800'] }],
    ['UTF-8', { ü: '東京🙂' }],
  ])('is exact for %s', (_, value) => {
    const bytes = bytesOf(value);
    expect([fitsInJson(value, bytes), fitsInJson(value, bytes - 1)]).toEqual([true, false]);
  });
});

describe('fitsInJson is false over the limit', () => {
  test.each([
    ['a long string', 'x'.repeat(1_000)],
    ['a long name', { ['x'.repeat(1_000)]: 1 }],
    ['many elements', Array.from({ length: 1_000 }, () => 1)],
    ['many fields', Object.fromEntries(Array.from({ length: 300 }, (_, index) => [index, 1]))],
    ['many nulls', Array.from({ length: 1_000 }, () => null)],
    ['holes in a list', new Array(1_000)],
    ['empty lists', Array.from({ length: 400 }, () => [])],
    ['a deeply nested string', { a: [[{ b: { c: ['x'.repeat(1_000)] } }]] }],
    ['a string after other fields', { a: 1, b: [2], c: 'x'.repeat(1_000) }],
  ])('for %s', (_, value) => {
    expect(bytesOf(value)).toBeGreaterThan(999);
    expect(fitsInJson(value, 999)).toBe(false);
  });
});

test('fitsInJson ignores undefined fields, as JSON.stringify does', () => {
  const value = { ['x'.repeat(1_000)]: undefined, query: '{ a }', operationName: undefined };
  const bytes = bytesOf(value);
  expect([fitsInJson(value, bytes), fitsInJson(value, bytes - 1)]).toEqual([true, false]);
});

test('fitsInJson accepts values that are nested deeper than the call stack', () => {
  let list: unknown = 1;
  let object: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) {
    list = [list];
    object = { a: object };
  }
  expect([fitsInJson(list, 200_001), fitsInJson(list, 200_000)]).toEqual([true, false]);
  expect([fitsInJson(object, 600_001), fitsInJson(object, 600_000)]).toEqual([true, false]);
});

test.each([
  ['{"a":[1,null]}', { a: [1, null] }],
  ['null', null],
  ['{"a":', undefined],
  ['', undefined],
])('parseJson returns the value of %j, or undefined', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

describe('isJsonTooDeep', () => {
  const isTooDeep = (json: string, max: number) => isJsonTooDeep(Buffer.from(json), max);

  test.each<[string, (depth: number) => string]>([
    ['lists', (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['objects', (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
    ['lists that are never closed', (depth) => '['.repeat(depth)],
    ['lists after others', (depth) => `[[],[]${',['.repeat(depth - 1)}${']'.repeat(depth)}`],
    ['lists after strings', (depth) => `["]","\\"]","\\\\",""${',['.repeat(depth - 1)}${']'.repeat(depth)}`],
    ['lists after a string that ends with a backslash', (depth) => `["\\\\"${',["]"'.repeat(depth - 1)}`],
  ])('tells %s over the limit from those at it', (_, json) => {
    expect([isTooDeep(json(32), 32), isTooDeep(json(33), 32)]).toEqual([false, true]);
  });

  test.each([
    ['strings', `["${'['.repeat(100)}"]`],
    ['strings with escaped quotes', `["${'\\"['.repeat(100)}"]`],
    ['a string that never ends', `["${'['.repeat(100)}`],
  ])('does not count brackets in %s', (_, json) => {
    expect(isTooDeep(json, 32)).toBe(false);
  });

  test('agrees with a count of the parsed value', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    for (let seed = 0; seed < 1_000; seed++) {
      const json = JSON.stringify(randomValue(createRandom(seed), 4)) ?? 'null';
      const depth = depthOf(JSON.parse(json));
      expect([isTooDeep(json, depth), isTooDeep(json, depth - 1)]).toEqual([false, depth > 0]);
    }
  });
});

describe('hasOverParts', () => {
  test.each<[string, unknown, number]>([
    ['a text', 'abc', 0],
    ['null', null, 0],
    ['nothing', undefined, 0],
    ['an empty list', [], 0],
    ['elements', [null, undefined, [], ''], 4],
    ['members', { a: 1, b: { c: [1, 2] } }, 5],
    ['300,000 elements', Array(300_000).fill(0), 300_000],
    ['300,000 levels', nestedIn(300_000), 300_000],
  ])('counts %s', (_, value, parts) => {
    expect([hasOverParts(value, parts), hasOverParts(value, parts - 1)]).toEqual([false, true]);
  });

  function nestedIn(levels: number): unknown {
    let value: unknown = 0;
    for (let level = 0; level < levels; level += 1) value = [value];
    return value;
  }
});

describe('isStructureOver', () => {
  test.each([
    ['{}', 2],
    ['{"a":"long text"}', 7],
    ['{"name" \n :"long text"}', 13],
    [String.raw`["\"", "\\", "\\\"[", 1]`, 12],
    ['["never closed', 2],
    ['["closed by an escaped quote\\"', 2],
  ])('counts names, what is outside of strings, and their first quotes: %s', (json, bytes) => {
    const text = Buffer.from(json);
    expect([isStructureOver(text, bytes - 1), isStructureOver(text, bytes)]).toEqual([true, false]);
  });
});
