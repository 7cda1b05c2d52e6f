import { expect, test } from 'vitest';
import { createPersistedQueryCache } from './persisted-queries.ts';

test('keeps a document under its key', async () => {
  const cache = createPersistedQueryCache();
  await cache.set('1', '{ hello }');
  expect(await cache.get('1')).toBe('{ hello }');
  await cache.delete('1');
  expect(await cache.get('1')).toBeUndefined();
});

test.each([
  ['1,000 characters of a literal', `{ echo(text: "${'x'.repeat(998)}") }`],
  ['15,000 characters', `{ ${'a'.repeat(14_996)} }`],
  [
    '15,000 characters and literals beside them',
    `{ ${'a'.repeat(14_900)}(texts: [${`"${'x'.repeat(900)}" `.repeat(30)}]) }`,
  ],
])('keeps a document of %s', async (_, query) => {
  const cache = createPersistedQueryCache();
  await cache.set('1', query);
  expect(await cache.get('1')).toBe(query);
});

test.each([
  ['a literal over 1,000 characters', `{ echo(text: "${'x'.repeat(999)}") }`],
  ['a block string over 1,000 characters', `{ echo(text: """${'x'.repeat(995)}""") }`],
  ['over 15,000 characters', `{ ${'a'.repeat(14_997)} }`],
  ['comments over 15,000 characters', `{ hello } #${'x'.repeat(15_000)}`],
  ['literals of over 64 Ki characters in all', `{ echo(texts: [${`"${'x'.repeat(900)}" `.repeat(80)}]) }`],
])('does not keep a document of %s', async (_, query) => {
  const cache = createPersistedQueryCache();
  await cache.set('1', query);
  expect(await cache.get('1')).toBeUndefined();
});

test('drops what was used longest ago when it is full', async () => {
  const cache = createPersistedQueryCache(3_000);
  const query = `{ ${'a'.repeat(250)} }`;
  for (const key of ['1', '2']) await cache.set(key, query);
  await cache.get('1');
  await cache.set('3', query);
  expect(await Promise.all(['1', '2', '3'].map((key) => cache.get(key)))).toEqual([query, undefined, query]);
});
