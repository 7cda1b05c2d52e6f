import { describe, expect, test } from 'vitest';
import { ApiError, type ValidationIssue } from '../../../platform/api-error.ts';
import { readCreateInput, readUpdateInput, type UpdateInput } from './resource-input.ts';

const image = { data: 'R0lGODlh' };
const long = { title: 'x'.repeat(201), description: 'x'.repeat(5_001) };

/** The fields with issues, in their order. */
function invalidFields(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof ApiError && error.extensions.code === 'BAD_USER_INPUT') {
      return error.extensions.problems.map(({ field }: ValidationIssue) => field);
    }
    throw error;
  }
  return [];
}

describe('a new resource', () => {
  test('is rejected with every issue in one error', () => {
    expect(invalidFields(() => readCreateInput({ ...long, image }))).toEqual(['title', 'description']);
    expect(invalidFields(() => readCreateInput({ title: ' ', description: '\0', image }))).toEqual([
      'title',
      'description',
    ]);
    expect(invalidFields(() => readCreateInput({ ...long, title: 'fine', image }))).toEqual(['description']);
  });

  test('has messages that name the field and do not repeat the input', () => {
    const input = { title: 'secret'.repeat(40), image };
    expect(() => readCreateInput(input)).toThrow(/^title: /);
    expect(() => readCreateInput(input)).not.toThrow(/secret/);
  });

  test('gets a trimmed title and an unchanged description', () => {
    const input = { title: ' A  title\n', description: ' as written ', image };
    expect(readCreateInput(input)).toEqual({ title: 'A  title', description: ' as written ', image });
  });

  test.each([[undefined], [null]])('has no description if it is %s', (description) => {
    const input = description === undefined ? { title: 'A title', image } : { title: 'A title', description, image };
    expect(readCreateInput(input)).toEqual({ title: 'A title', description: null, image });
  });

  test('may have an empty description', () => {
    expect(readCreateInput({ title: 'A title', description: '', image }).description).toBe('');
  });
});

describe('an update', () => {
  test.each<[string[], Omit<UpdateInput, 'id'>]>([
    [['title'], { title: null }],
    [['image'], { image: null }],
    [['title', 'image'], { title: null, image: null }],
    [['title'], { title: ' ' }],
    [['title'], { title: '' }],
    [['title', 'description'], long],
    [['image', 'title', 'description'], { ...long, image: null }],
    [['description'], { description: '\ud800' }],
  ])('is rejected in the fields %j: %j', (fields, changes) => {
    expect(invalidFields(() => readUpdateInput({ id: 'id', ...changes }))).toEqual(fields);
  });

  test.each<[string, Omit<UpdateInput, 'id'>, object]>([
    ['nothing', {}, {}],
    ['a trimmed title', { title: ' New ' }, { title: 'New' }],
    ['the description', { description: ' New ' }, { description: ' New ' }],
    ['the description to an empty text', { description: '' }, { description: '' }],
    ['the description to null', { description: null }, { description: null }],
    ['the image', { image }, { image }],
    ['all fields', { title: 'New', description: 'New', image }, { title: 'New', description: 'New', image }],
  ])('changes only what it names: %s', (_, changes, expected) => {
    const read = readUpdateInput({ id: 'id', ...changes });
    expect(read).toStrictEqual({ id: 'id', expectedVersion: undefined, ...expected });
  });

  test.each([0, 1, -1, 2 ** 31 - 1])('keeps the expected version %i', (expectedVersion) => {
    expect(readUpdateInput({ id: 'id', expectedVersion }).expectedVersion).toBe(expectedVersion);
  });

  test('expects no version if it is null', () => {
    expect(readUpdateInput({ id: 'id', expectedVersion: null }).expectedVersion).toBeUndefined();
  });
});
