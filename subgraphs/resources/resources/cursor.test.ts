import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Position, type ResourceFilter, type ResourceList, resourceOrders } from '../storage/resource-store.ts';
import { readCursor, writeCursor } from './cursor.ts';

const id = randomUUID();
const newest: ResourceList = { ownerId: randomUUID(), order: 'NEWEST', filter: {} };
const byTitle: ResourceList = { ...newest, order: 'TITLE' };
const atTime: Position = { key: 1_795_442_700_123, id };
const atTitle: Position = { key: 'a title', id };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, unknown, string];

describe('no cursor', () => {
  test.each([
    ['an empty text', ''],
    ['a number', '20'],
    ['words', 'not a cursor'],
    ['JSON that is not base64url', '["list",1,"id"]'],
    ['white space', ' '],
    ['NUL', '\0'],
    ['a lone surrogate', '\ud800'],
    ['encoded words', Buffer.from('not JSON').toString('base64url')],
    ['encoded null', encode(null)],
    ['an encoded object', encode({ key: 1, id })],
    ['an encoded empty array', encode([])],
    ['a very long text', 'A'.repeat(1_000_000)],
    ['deeply nested arrays', Buffer.from('['.repeat(100_000)).toString('base64url')],
  ])('is %s', (_, text) => {
    expect(readCursor(newest, text)).toBeUndefined();
    expect(readCursor(byTitle, text)).toBeUndefined();
  });

  test.each([
    ['of standard base64', (cursor: string) => `${cursor}=`],
    ['with a space before', (cursor: string) => ` ${cursor}`],
    ['with a line break after', (cursor: string) => `${cursor}\n`],
    ['with characters that base64 decoders skip', (cursor: string) => `${cursor.slice(0, 9)}.${cursor.slice(9)}`],
    ['cut short', (cursor: string) => cursor.slice(0, -1)],
    ['without its first character', (cursor: string) => cursor.slice(1)],
    ['twice', (cursor: string) => cursor + cursor],
  ])('is a valid cursor %s', (_, tamper) => {
    for (const [list, position] of [
      [newest, atTime],
      [byTitle, atTitle],
    ] as const) {
      expect(readCursor(list, tamper(writeCursor(list, position)))).toBeUndefined();
    }
  });

  test.each<[string, (parts: [string, unknown, string]) => unknown]>([
    ['with a fourth part', (parts) => [...parts, 0]],
    ['without an id', ([name, key]) => [name, key]],
    ['with an id that is not a UUID', ([name, key]) => [name, key, 'id']],
    ['with an id that is a number', ([name, key]) => [name, key, 7]],
    ['without a key', ([name, , id]) => [name, null, id]],
    ['with a fractional key', ([name, , id]) => [name, 0.5, id]],
    ['with a key beyond the safe integers', ([name, , id]) => [name, 1e300, id]],
    ['with an object as key', ([name, , id]) => [name, { toString: 1 }, id]],
    ['with an array as key', ([name, key, id]) => [name, [key], id]],
    ['without a fingerprint', ([, key, id]) => ['', key, id]],
    ['with a fingerprint in other letters', ([name, key, id]) => [name.toLowerCase().replace(/\d/g, 'x'), key, id]],
  ])('is a valid cursor %s', (_, tamper) => {
    expect(readCursor(newest, encode(tamper(decode(writeCursor(newest, atTime)))))).toBeUndefined();
  });

  test('is a valid cursor whose JSON is written differently', () => {
    const [name, key] = decode(writeCursor(newest, atTime));
    const spaced = Buffer.from(`["${name}", ${key}, "${id}"]`).toString('base64url');
    const exponent = Buffer.from(`["${name}",${key}e0,"${id}"]`).toString('base64url');
    expect([spaced, exponent].map((cursor) => readCursor(newest, cursor))).toEqual([undefined, undefined]);
  });

  test('has a title instead of a time, or a time instead of a title', () => {
    expect(readCursor(newest, writeCursor(newest, atTitle))).toBeUndefined();
    expect(readCursor(byTitle, writeCursor(byTitle, atTime))).toBeUndefined();
  });

  test('has a title that is longer than any', () => {
    const longest: Position = { key: '\uffff'.repeat(200 * 18), id };
    expect(readCursor(byTitle, writeCursor(byTitle, longest))).toEqual(longest);
    expect(readCursor(byTitle, writeCursor(byTitle, { key: 'x'.repeat(60_000), id }))).toBeUndefined();
  });

  test('has a title that no database could store', () => {
    for (const key of ['\ud800', 'nul \0']) {
      expect({ key, read: readCursor(byTitle, writeCursor(byTitle, { key, id })) }).toEqual({ key, read: undefined });
    }
  });

  test('has a time beyond the range of Date', () => {
    const key = 8_640_000_000_000_001;
    expect(readCursor(newest, writeCursor(newest, { key, id }))).toBeUndefined();
  });

  test('is a valid cursor with one character changed, unless it is a position in the same list', () => {
    const cursor = writeCursor(newest, atTime);
    for (let at = 0; at < cursor.length; at += 1) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      const position = readCursor(newest, changed);
      if (position) expect(writeCursor(newest, position)).toBe(changed);
    }
  });
});

describe('a cursor', () => {
  test.each(
    resourceOrders.flatMap((from) => resourceOrders.filter((to) => to !== from).map((to) => [from, to] as const)),
  )('of order %s is invalid for order %s', (from, to) => {
    const position = from === 'TITLE' ? atTitle : atTime;
    expect(readCursor({ ...newest, order: to }, writeCursor({ ...newest, order: from }, position))).toBeUndefined();
  });

  const filters: ResourceFilter[] = [
    {},
    { search: 'a' },
    { search: 'image/png' },
    { contentType: 'image/png' },
    { contentType: 'image/gif' },
    { createdFrom: new Date(1) },
    { createdFrom: new Date(2) },
    { createdBefore: new Date(1) },
    { createdFrom: new Date(1), createdBefore: new Date(2) },
    { search: 'a', contentType: 'image/png' },
  ];

  test('of one filter is invalid for another', () => {
    for (const [from, filter] of filters.entries()) {
      const cursor = writeCursor({ ...newest, filter }, atTime);
      const fitting = filters.map((other) => readCursor({ ...newest, filter: other }, cursor));
      expect(fitting).toEqual(filters.map((_, to) => (from === to ? atTime : undefined)));
    }
  });

  test("does not depend on the order of a filter's fields", () => {
    const cursor = writeCursor({ ...newest, filter: { search: 'a', contentType: 'image/png' } }, atTime);
    expect(readCursor({ ...newest, filter: { contentType: 'image/png', search: 'a' } }, cursor)).toEqual(atTime);
  });

  test.each([0, -1, 1, 253_402_300_799_999, -62_167_219_200_000])('keeps a position at %i milliseconds', (key) => {
    expect(readCursor(newest, writeCursor(newest, { key, id }))).toEqual({ key, id });
  });

  test.each(['', 'a', '😀', '"\\', '\n', '\u2028', 'x'.repeat(3_600)])('keeps a position at the title %j', (key) => {
    expect(readCursor(byTitle, writeCursor(byTitle, { key, id }))).toEqual({ key, id });
  });

  test('needs no escaping in a URL, and does not contain the owner', () => {
    const cursor = writeCursor(byTitle, { key: '>>>???~~~', id });
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(Buffer.from(cursor, 'base64url').toString()).not.toContain(newest.ownerId);
  });
});
