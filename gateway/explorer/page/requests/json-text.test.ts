import { describe, expect, test } from 'vitest';
import { parseObject, setAt } from './json-text.ts';

describe('parseObject', () => {
  test.each([
    ['{ "a": 1 }', { a: 1 }],
    ['{ // one\n "a": 1, /* and no more */ }', { a: 1 }],
    ['', {}],
    [' // nothing yet\n', {}],
  ])('parses %j', (text, object) => {
    expect(parseObject(text)).toEqual(object);
  });

  test.each(['{ "a": ', '[1]', '"a"', '{ "a": 1 } }'])('returns undefined for %j', (text) => {
    expect(parseObject(text)).toBeUndefined();
  });
});

describe('setAt', () => {
  test('replaces a value and keeps formatting and comments', () => {
    expect(setAt('{"a" : {"b":1}, // one\n  "c":2,}', ['a', 'b'], 3)).toBe('{"a" : {"b":3}, // one\n  "c":2,}');
  });

  test.each([
    ['', { a: { b: 3 } }],
    ['{}', { a: { b: 3 } }],
    ['{ "a": null }', { a: { b: 3 } }],
    ['{ "a": "text", "c": 2 }', { a: { b: 3 }, c: 2 }],
    ['{ "a": { "c": 2 } }', { a: { b: 3, c: 2 } }],
  ])('creates missing parents in %j', (text, object) => {
    expect(parseObject(setAt(text, ['a', 'b'], 3))).toEqual(object);
  });

  test('removes a value that is set to undefined', () => {
    expect(setAt('{\n  // one\n  "a": 1,\n  "b": 2\n}', ['b'], undefined)).toBe('{\n  // one\n  "a": 1\n}');
  });
});
