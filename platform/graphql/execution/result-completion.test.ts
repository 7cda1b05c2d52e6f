import { buildSchema, GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import {
  completeResult,
  createPlace,
  type Place,
  type ReplacePlaceholders,
  unusedPrefix,
} from './result-completion.ts';

const schema = buildSchema(`
  type Query { one: Item must: Item! list: [Item!] nullable: [Item]! }
  type Item { id: ID next: Item! }
`);
const root = schema.getQueryType();
if (!root) throw new Error('There is no root type.');
const typeOf = (field: string) => root.getFields()[field]?.type ?? root;

/** A place at the root whose objects have placeholders. */
function rootWith(field: string, below?: (place: Place) => void): Place {
  const place = createPlace(root ?? typeOf(field));
  const inner = { ...createPlace(typeOf(field)), hasPlaceholder: !below };
  below?.(inner);
  place.below.set(field, inner);
  return place;
}

/** Nulls the objects that have a key `fail`. */
const failing: ReplacePlaceholders = (object, { path }) => {
  if ('fail' in object) throw new GraphQLError('No.', { path });
  return object;
};
const fail = { fail: true };

test.each([
  ['a nullable object', 'one', { one: fail }, { one: null }, ['one']],
  ['an object that is not nullable', 'must', { must: fail }, null, ['must']],
  ['an element that is not nullable', 'list', { list: [{}, fail] }, { list: null }, ['list.1']],
  [
    'elements that are nullable',
    'nullable',
    { nullable: [fail, {}, fail] },
    { nullable: [null, {}, null] },
    ['nullable.0', 'nullable.2'],
  ],
  ['a value that is null already', 'one', { one: null }, { one: null }, []],
  ['a field that is absent', 'one', {}, {}, []],
])('an error in %s nulls the next nullable value', (_, field, data, expected, paths) => {
  const result = completeResult({ data }, rootWith(field), failing);
  expect(result.data).toEqual(expected);
  expect(result.errors?.map(({ path }) => path?.join('.')) ?? []).toEqual(paths);
});

test('an error below an object that is not nullable reaches the nullable one above', () => {
  const place = rootWith('one', (one) =>
    one.below.set('next', { ...createPlace(typeOf('must')), hasPlaceholder: true }),
  );
  const { data, errors } = completeResult({ data: { one: { id: '1', next: fail } } }, place, failing);
  expect([data, errors?.map(({ path }) => path?.join('.'))]).toEqual([{ one: null }, ['one.next']]);
});

test('reported errors follow those of the executor, and null nothing', () => {
  const errors = [new GraphQLError('First.')];
  const replace: ReplacePlaceholders = (object, { report }) => {
    report(new GraphQLError('Second.'));
    return object;
  };
  const result = completeResult({ data: { one: { id: '1' } }, errors }, rootWith('one'), replace);
  expect([result.data, result.errors?.map(({ message }) => message)]).toEqual([
    { one: { id: '1' } },
    ['First.', 'Second.'],
  ]);
});

test('a result that was not executed stays as it is', () => {
  const errors = [new GraphQLError('No.')];
  expect(completeResult({ errors }, rootWith('one'), failing)).toEqual({ errors });
});

test('a prefix is lengthened until no name begins with it', () => {
  expect(unusedPrefix(parse('{ a }'), 'x_')).toBe('x_');
  expect(unusedPrefix(parse('query x_1 { x__2: a }'), 'x_')).toBe('x___');
});
