import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ApiError, type ValidationIssue } from '../../../platform/api-error.ts';
import { writeCursor } from './cursor.ts';
import { type ListInput, readListInput } from './list-input.ts';

const ada = randomUUID();
const position = { key: 1_795_442_700_123, id: randomUUID() };
const newest = { ownerId: ada, order: 'NEWEST', filter: {} } as const;
const cursor = writeCursor(newest, position);

const read = (input: Partial<ListInput>) => readListInput(ada, { orderBy: 'NEWEST', ...input });

function invalidFields(input: Partial<ListInput>): string[] {
  try {
    read(input);
  } catch (error) {
    if (error instanceof ApiError && error.extensions.code === 'BAD_USER_INPUT') {
      return error.extensions.problems.map(({ field }: ValidationIssue) => field);
    }
    throw error;
  }
  return [];
}

describe('list arguments are invalid', () => {
  test.each<[string[], Partial<ListInput>]>([
    [['first'], { first: 0 }],
    [['first'], { first: -1 }],
    [['first'], { first: 101 }],
    [['first'], { first: 2 ** 31 - 1 }],
    [['last'], { last: 0 }],
    [['last'], { last: 101 }],
    [['last'], { first: 1, last: 1 }],
    [['last'], { first: 0, last: 101 }],
    [['after'], { after: '' }],
    [['after'], { after: 'garbage' }],
    [['before'], { before: `${cursor}=` }],
    [['after', 'before'], { after: 'garbage', before: 'garbage' }],
    [['after'], { after: cursor, orderBy: 'OLDEST' }],
    [['after'], { after: cursor, filter: { search: 'a' } }],
    [['before'], { before: cursor, filter: { contentType: 'image/png' } }],
    [['filter.search'], { filter: { search: '\0' } }],
    [['filter.search'], { filter: { search: '\ud800' } }],
    [['filter.contentType'], { filter: { contentType: 'image/webp' } }],
    [['filter.contentType'], { filter: { contentType: 'IMAGE/PNG' } }],
    [['filter.contentType'], { filter: { contentType: 'png' } }],
    [['filter.contentType'], { filter: { contentType: ' image/png' } }],
    [['filter.createdFrom'], { filter: { createdFrom: 'yesterday' } }],
    [['filter.createdFrom'], { filter: { createdFrom: '' } }],
    [['filter.createdFrom'], { filter: { createdFrom: 0 } }],
    [['filter.createdBefore'], { filter: { createdBefore: '2026-02-30T00:00:00Z' } }],
    [['filter.createdBefore'], { filter: { createdBefore: false } }],
  ])('in the fields %j: %j', (fields, input) => {
    expect(invalidFields(input)).toEqual(fields);
  });

  test.each(['x', '😀'])('if the search is one character longer than any text: 5,000 times %s and one', (character) => {
    expect(invalidFields({ filter: { search: character.repeat(5_000) } })).toEqual([]);
    expect(invalidFields({ filter: { search: character.repeat(5_001) } })).toEqual(['filter.search']);
  });

  test('if the content type is empty', () => {
    expect(invalidFields({ filter: { contentType: '' } })).toEqual(['filter.contentType']);
  });

  test('with every issue in one error', () => {
    const filter = { search: '\0', contentType: 'text/html', createdFrom: 'a', createdBefore: 'b' };
    const fields = Object.keys(filter).map((field) => `filter.${field}`);
    expect(invalidFields({ first: 0, before: 'garbage', filter })).toEqual(['first', ...fields, 'before']);
  });
});

describe('the range of a list', () => {
  test.each<[string, Partial<ListInput>, object]>([
    ['is the first 20 by default', {}, { limit: 20, fromEnd: false }],
    [
      'is the first 20 if all arguments are null',
      { first: null, last: null, after: null },
      { limit: 20, fromEnd: false },
    ],
    ['has the requested size', { first: 1 }, { limit: 1, fromEnd: false }],
    ['has at most 100 resources', { first: 100, last: null }, { limit: 100, fromEnd: false }],
    ['can be taken from the end', { last: 100, first: null }, { limit: 100, fromEnd: true }],
    ['can start after a cursor', { after: cursor }, { limit: 20, fromEnd: false, after: position }],
    ['can end before a cursor', { last: 1, before: cursor }, { limit: 1, fromEnd: true, before: position }],
    ['can be the first resources before a cursor', { before: cursor }, { limit: 20, fromEnd: false, before: position }],
    [
      'can be between two cursors',
      { after: cursor, before: cursor },
      { limit: 20, fromEnd: false, after: position, before: position },
    ],
  ])('%s', (_, input, range) => {
    expect(read(input).range).toEqual(range);
  });
});

describe('the list', () => {
  test('is the viewer’s, in the requested order', () => {
    expect(read({ orderBy: 'TITLE' }).list).toEqual({ ownerId: ada, order: 'TITLE', filter: {} });
  });

  test.each([
    [undefined],
    [null],
    [{}],
    [{ search: null, contentType: null, createdFrom: null, createdBefore: null }],
    [{ search: '' }],
  ])('has no filter for %j', (filter) => {
    expect(read(filter === undefined ? {} : { filter }).list.filter).toStrictEqual({});
    expect(read({ after: cursor, ...(filter !== undefined && { filter }) }).range.after).toEqual(position);
  });

  test('has the requested filter', () => {
    const filter = {
      search: '\uff21\ufb01 \u212bNG%',
      contentType: 'image/gif',
      createdFrom: '2026-11-23T15:05:00+01:00',
      createdBefore: '2026-11-23t14:05:00.001z',
    };
    expect(read({ filter }).list.filter).toStrictEqual({
      search: 'afi \u00e5ng%',
      contentType: 'image/gif',
      createdFrom: new Date('2026-11-23T14:05:00.000Z'),
      createdBefore: new Date('2026-11-23T14:05:00.001Z'),
    });
  });

  test('is the same for equivalent filters, so that cursors of one are valid for the other', () => {
    const one = { search: 'ALPHA', createdFrom: '2026-11-23T14:05:00Z' };
    const same = { search: '\uff41lpha', createdFrom: '2026-11-23T15:05:00.000+01:00' };
    const after = writeCursor(read({ filter: one }).list, position);
    expect(read({ after, filter: same }).range.after).toEqual(position);
  });
});
