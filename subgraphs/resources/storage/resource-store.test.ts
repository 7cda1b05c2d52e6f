import { describe, expect, test } from 'vitest';
import { aResource } from '../testing/resources.ts';
import { positionOf, resourceOrders, searchKey } from './resource-store.ts';

describe('searchKey', () => {
  test.each([
    ['is in lower case', 'ÄÖÜ Straẞe', 'äöü straße'],
    ['ignores full and half width', '\uff21\uff22\uff23', 'abc'],
    ['expands ligatures', '\ufb01sh', 'fish'],
    ['composed', 'e\u0301', '\u00e9'],
    ['lowers letters of all planes', '\u{10400}\u{1d400}', '\u{10428}a'],
    ['keeps white space and punctuation', ' 100% \\_ ', ' 100% \\_ '],
  ])('%s', (_, text, key) => {
    expect(searchKey(text)).toBe(key);
  });

  test('of any part of a text is contained in the key of the text', () => {
    // Lower case writes a sigma differently at the end of a word.
    const text = 'ΟΔΟΣ ΟΔΥΣΣΕΩΣ 12';
    for (let from = 0; from < text.length; from += 1) {
      for (let to = from + 1; to <= text.length; to += 1) {
        expect(searchKey(text)).toContain(searchKey(text.slice(from, to)));
      }
    }
  });
});

test('positionOf has the sort key of each order, and the id', () => {
  const [createdAt, updatedAt] = [new Date(1_000), new Date(2_000)];
  const resource = aResource({ title: 'Ａ title', createdAt, updatedAt });
  const { id } = resource;
  expect(resourceOrders.map((order) => positionOf(resource, order))).toEqual([
    { key: 1_000, id },
    { key: 1_000, id },
    { key: 'a title', id },
    { key: 2_000, id },
  ]);
});
