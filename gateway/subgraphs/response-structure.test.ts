import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createStructureCheck } from './response-structure.ts';

const schema = buildSchema(`
  scalar Time
  enum Size { SMALL LARGE }
  interface Node { id: ID! }
  type Book implements Node { id: ID! title: String! pages: Int written: Time size: Size authors: [Person!] }
  type Person implements Node { id: ID! name: String! books: [[Book!]!]! }
  union Any = Book | Person
  type Query { book: Book! node: Node any: [Any] is: Boolean! weight: Float }
  type Mutation { write: Book }
`);

const errors = [{ message: 'Later.' }];
type Response = Parameters<ReturnType<typeof createStructureCheck>>[0];
const check = (query: string, response: Response, representations?: unknown) => {
  createStructureCheck(query, schema)(response, representations);
  return 'accepted';
};
const rejection = (query: string, data: Record<string, unknown>) => () => check(query, { data });

test.each<[string, Record<string, unknown>]>([
  [
    '{ book { id title pages written size authors { name } } }',
    { book: { id: 1, title: '', pages: null, written: {}, size: 'LARGE', authors: [] } },
  ],
  ['{ is weight b: book { t: title } }', { is: false, weight: 1.5, b: { t: 'A' } }],
  ['{ node { __typename id ... on Person { name } } }', { node: { __typename: 'Book', id: '1' } }],
  ['{ node { id } }', { node: { id: '1' } }],
  ['{ node { __typename id } }', { node: { __typename: 'Node', id: '1' } }],
  ['{ any { __typename ... on Node { id } } }', { any: [null, { __typename: 'Person', id: '1' }] }],
  ['{ book { ...A } } fragment A on Node { id }', { book: { id: '1' } }],
  ['mutation { write { id } }', { write: null }],
  ['{ __typename unknown _service { sdl } }', { __typename: 'RootQuery' }],
])('accepts the response to %s: %j', (query, data) => {
  expect(check(query, { data })).toBe('accepted');
});

test.each<[string, Record<string, unknown>, string]>([
  ['{ book { id } }', {}, 'nothing for Query.book'],
  ['{ weight }', {}, 'nothing for Query.weight'],
  ['{ b: book { id } }', { b: null }, 'null for Query.book'],
  ['{ book { id } }', { book: [{ id: '1' }] }, 'a list for Query.book'],
  ['{ book { id } }', { book: 'A' }, 'a value of type string for Query.book'],
  ['{ book { title } }', { book: { title: 5 } }, 'a value of type number for Book.title'],
  ['{ book { pages } }', { book: { pages: 1.5 } }, 'a value of type number for Book.pages'],
  ['{ book { size } }', { book: { size: 'HUGE' } }, 'a value of type string for Book.size'],
  ['{ book { written } }', { book: {} }, 'nothing for Book.written'],
  ['{ book { authors { name } } }', { book: { authors: {} } }, 'a value of type object for Book.authors'],
  ['{ book { authors { name } } }', { book: { authors: [null] } }, 'a list for Book.authors'],
  ['{ book { authors { books { id } } } }', { book: { authors: [{ books: [{}] }] } }, 'a list for Person.books'],
  ['{ book { __typename } }', { book: { __typename: 'Person' } }, 'a value of type string for Book.__typename'],
  ['{ book { ...A } } fragment A on Node { id }', { book: {} }, 'nothing for Book.id'],
  ['{ node { id } }', { node: {} }, 'nothing for Node.id'],
  ['{ node { __typename id } }', { node: { __typename: 'Time', id: '1' } }, 'a value of type object for Query.node'],
  ['{ node { __typename ... on Book { title } } }', { node: { __typename: 'Book' } }, 'nothing for Book.title'],
  ['{ any { __typename ... on Node { id } } }', { any: [{ __typename: 'Person' }] }, 'nothing for Person.id'],
])('rejects the response to %s: %j', (query, data, message) => {
  expect(rejection(query, data)).toThrow(`The subgraph returned ${message}, a `);
});

describe('with errors', () => {
  const query = '{ is book { title authors { name } } }';

  test.each([null, {}, { book: null, is: null }, { book: { authors: [null] } }])('accepts %j', (data) => {
    expect(check(query, { data, errors })).toBe('accepted');
  });

  test.each([{ book: [] }, { book: { title: 5 } }, { book: { authors: [[]] } }])('rejects %j', (data) => {
    expect(() => check(query, { data, errors })).toThrow(/^The subgraph returned /);
  });

  test('rejects what it rejects without if the errors are an empty list', () => {
    expect(() => check(query, { data: {}, errors: [] })).toThrow('The subgraph returned nothing for Query.is');
  });
});

describe('of entities', () => {
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Book { title } ...P ... on Node { id } }
  } fragment P on Person { name }`;
  const representations = [{ __typename: 'Book' }, { __typename: 'Person' }, { __typename: 'Other' }];
  const [book, person] = [
    { title: 'A', id: '1' },
    { name: 'Ada', id: '2' },
  ];

  test.each<[unknown[]]>([[[book, person, {}]], [[null, null, null]]])('accepts %j', (_entities) => {
    expect(check(query, { data: { _entities } }, representations)).toBe('accepted');
  });

  test.each<[unknown, string]>([
    [undefined, 'no list of entities'],
    [{ 0: book }, 'no list of entities'],
    [[book], '1 entities for 3 representations'],
    [[[], null, null], 'a list for an entity'],
    [['text', null, null], 'a value of type string for an entity'],
    [[{ title: 'A' }, null, null], 'nothing for Book.id'],
    [[book, book, null], 'nothing for Person.name'],
  ])('rejects %j', (_entities, message) => {
    expect(() => check(query, { data: { _entities } }, representations)).toThrow(`The subgraph returned ${message}`);
  });
});
