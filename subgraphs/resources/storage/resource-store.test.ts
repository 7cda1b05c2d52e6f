import { describe, expect, test } from 'vitest';
import { aResource } from '../testing/resources.ts';
import { positionOf, resourceOrders, searchKey } from './resource-store.ts';

describe('texts are compared', () => {
  test.each([
    ['in lower case', 'ÄÖÜ Straẞe', 'äöü straße'],
    ['whatever their width', '\uff21\uff22\uff23', 'abc'],
    ['with ligatures as their letters', '\ufb01sh', 'fish'],
    ['composed', 'e\u0301', '\u00e9'],
    ['with letters of all planes', '\u{10400}\u{1d400}', '\u{10428}a'],
    ['with all of their white space and signs', ' 100% \\_ ', ' 100% \\_ '],
  ])('%s', (_, text, key) => {
    expect(searchKey(text)).toBe(key);
  });

  test('so that a part of a text is found in it, wherever it is cut', () => {
    // In lower case a sigma is written in another way where it ends a word.
    const text = 'ΟΔΟΣ ΟΔΥΣΣΕΩΣ 12';
    for (let from = 0; from < text.length; from += 1) {
      for (let to = from + 1; to <= text.length; to += 1) {
        expect(searchKey(text)).toContain(searchKey(text.slice(from, to)));
      }
    }
  });
});

test('a resource stands in each order by what that sorts by, and its id', () => {
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
