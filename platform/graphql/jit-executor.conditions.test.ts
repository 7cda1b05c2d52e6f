import { describe, expect, test } from 'vitest';
import { differencesOf } from '../testing/jit-comparison.ts';

const person = 'fragment F on Person { name }';

describe('conditions apply if', () => {
  const both = [{ yes: true }, { yes: false }];

  test.each([
    [
      'a fragment is spread again without its condition',
      `query ($yes: Boolean!) { person { ...F @include(if: $yes) ...F } } ${person}`,
    ],
    [
      'a fragment is spread elsewhere without its condition',
      `query ($yes: Boolean!) { a: person { ...F @include(if: $yes) } b: person { id ...F } } ${person}`,
    ],
    [
      'a fragment is spread elsewhere with the opposite condition',
      `query ($yes: Boolean!) { a: person { ...F @include(if: $yes) } b: person { ...F @skip(if: $yes) } } ${person}`,
    ],
    [
      'a field is selected again without its condition',
      'query ($yes: Boolean!) { person @include(if: $yes) { name } person { id } }',
    ],
    [
      'a field with a fragment is selected again without its condition',
      `query ($yes: Boolean!) { person @include(if: $yes) { ...F } person { id } } ${person}`,
    ],
    [
      'a field with an inline fragment is selected again without its condition',
      'query ($yes: Boolean!) { person { id } person @skip(if: $yes) { ... { name } } }',
    ],
    [
      'a fragment with conditions in it is spread under others',
      `query ($yes: Boolean!) { person { ...G @include(if: $yes) friend { ...G } } } fragment G on Person { name @skip(if: $yes) id }`,
    ],
    [
      'there are two on one field',
      'query ($yes: Boolean!) { hello @include(if: $yes) @skip(if: $yes) a: hello @include(if: true) @skip(if: $yes) }',
    ],
    ['all is left out', 'query ($yes: Boolean!) { person @include(if: $yes) { name @include(if: $yes) } }'],
  ])('%s', async (_, source) => {
    expect(await differencesOf(source, ...both)).toEqual([]);
  });
});
