import { describe, expect, test } from 'vitest';
import { readObject, setAt } from './json-text.ts';

describe('a text of JSON', () => {
  test.each([
    ['{ "a": 1 }', { a: 1 }],
    ['{ // one\n "a": 1, /* and no more */ }', { a: 1 }],
    ['', {}],
    [' // nothing yet\n', {}],
  ])('%j is an object', (text, object) => {
    expect(readObject(text)).toEqual(object);
  });

  test.each(['{ "a": ', '[1]', '"a"', '{ "a": 1 } }'])('%j is none', (text) => {
    expect(readObject(text)).toBeUndefined();
  });
});

describe('a value is set', () => {
  test('where there was another, and the rest stays as somebody wrote it', () => {
    expect(setAt('{"a" : {"b":1}, // one\n  "c":2,}', ['a', 'b'], 3)).toBe('{"a" : {"b":3}, // one\n  "c":2,}');
  });

  test.each([
    ['', { a: { b: 3 } }],
    ['{}', { a: { b: 3 } }],
    ['{ "a": null }', { a: { b: 3 } }],
    ['{ "a": "text", "c": 2 }', { a: { b: 3 }, c: 2 }],
    ['{ "a": { "c": 2 } }', { a: { b: 3, c: 2 } }],
  ])('where there was none: %j', (text, object) => {
    expect(readObject(setAt(text, ['a', 'b'], 3))).toEqual(object);
  });

  test('to nothing, which takes it out', () => {
    expect(setAt('{\n  // one\n  "a": 1,\n  "b": 2\n}', ['b'], undefined)).toBe('{\n  // one\n  "a": 1\n}');
  });
});
