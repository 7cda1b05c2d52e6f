import { expect, test } from 'vitest';
import { describeError } from './error-description.ts';

test('describes an error and its causes by their stacks', () => {
  const cause = new TypeError('the cause');
  const described = describeError(new Error('the error', { cause }));
  expect(described).toMatch(/^Error: the error\n +at .*\nCaused by: TypeError: the cause\n +at /s);
});

test('describes all errors of an AggregateError', () => {
  const described = describeError(new AggregateError([new Error('one'), 'two'], 'both failed'));
  expect(described).toMatch(/^AggregateError: both failed\n.*Caused by: Error: one\n.*Caused by: two$/s);
});

test('includes the code of an error, and no other property', () => {
  const error = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY', password: 'secret' });
  const described = describeError(error);
  expect(described).toContain('code: SQLITE_BUSY');
  expect(described).not.toContain('secret');
});

test('describes an error that is its own cause once', () => {
  const error = new Error('round and round');
  error.cause = new Error('between', { cause: error });
  const described = describeError(error);
  expect(described.match(/Error: /g)).toHaveLength(2);
});

test('describes the first 20 errors of a long chain of causes', () => {
  let error = new Error('0');
  for (let depth = 1; depth < 50_000; depth += 1) error = new Error(String(depth), { cause: error });
  expect(describeError(error).match(/Caused by: /g)).toHaveLength(19);
});

test.each<[string, unknown, string]>([
  ['a plain object', { code: 'E_CODE', detail: 'the detail' }, "{ code: 'E_CODE', detail: 'the detail' }"],
  ['an object without a prototype', Object.create(null), '[Object: null prototype] {}'],
  ['a string', 'a text', 'a text'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a symbol', Symbol('name'), 'Symbol(name)'],
  ['a nested object', { a: { b: { c: 1 } } }, '{ a: { b: [Object] } }'],
])('describes %s', (_, thrown, described) => {
  expect(describeError(thrown)).toBe(described);
});

test.each<[string, unknown]>([
  ['a long string', 'x'.repeat(1_000_000)],
  ['a large array', Array.from({ length: 100_000 }, () => 'x'.repeat(1_000))],
  ['an object with many keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, key) => [key, 'x'.repeat(500)]))],
])('describes %s in part', (_, thrown) => {
  expect(describeError(thrown).length).toBeLessThanOrEqual(2_000);
});

test('describes an error whose properties throw', () => {
  const error = Object.defineProperty(new Error('hostile'), 'cause', {
    get: () => {
      throw new Error('no cause for you');
    },
  });
  expect(describeError(error)).toBe('An error that cannot be described: one of its properties throws.');
});
