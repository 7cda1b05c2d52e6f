import { buildSchema, execute, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../api-error.ts';
import { completeDenied } from './denied-fields.ts';
import { requirementsOf, restrictOperation } from './restricted-operation.ts';
import { readRequirements } from './schema-requirements.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])
  directive @link(url: String, import: [String]) on SCHEMA
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String]]) on FIELD_DEFINITION | OBJECT
  type Query {
    open: Item
    secret: Item @requiresScopes(scopes: [["secret"]])
    strict: Strict!
    list: [Item!]!
    nodes: [Node]
    results: [Result]
  }
  type Mutation {
    one: Item
    two: Item @requiresScopes(scopes: [["secret"]])
    three: Item
  }
  interface Node { id: ID }
  type Item implements Node {
    id: ID
    secret: String @requiresScopes(scopes: [["secret"]])
    other: String @requiresScopes(scopes: [["other"]])
    must: String! @requiresScopes(scopes: [["secret"]])
    next: Item
  }
  type Strict { must: String! @requiresScopes(scopes: [["secret"]]) open: Int }
  type Hidden implements Node @requiresScopes(scopes: [["hidden"]]) { id: ID }
  union Result = Item | Hidden
`;

const schema = buildSchema(sdl, { assumeValidSDL: true });
const requirements = readRequirements(parse(sdl).definitions);

const item = (next?: object): object => ({ __typename: 'Item', id: '1', secret: 's', other: 'o', must: 'm', next });
const both = [item(), { __typename: 'Hidden', id: '2' }];

/** Executes an operation without the fields that need other scopes than these. */
function run(query: string, ...scopes: string[]) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const isMet = (requirement: { scopes: readonly (readonly (readonly string[])[])[] }) =>
    requirement.scopes.every(([names = []]) => names.every((name) => scopes.includes(name)));
  const { document: restricted, denials, result } = restrictOperation(document, { schema, requirements, isMet });
  expect(validate(schema, restricted)).toEqual([]);
  const calls: string[] = [];
  const resolve = (name: string, value: unknown) => () => {
    calls.push(name);
    return value;
  };
  const values = {
    ...{ open: item(item()), secret: item(), strict: { must: 'm', open: 1 }, list: [item(), item()] },
    ...{ nodes: both, results: both, one: item(), two: item(), three: item() },
  };
  const rootValue = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolve(name, value)]));
  const executed = result ? { data: result } : execute({ schema, document: restricted, rootValue });
  const completed = completeDenied(
    executed as Exclude<ReturnType<typeof execute>, Promise<unknown>>,
    denials,
    () => new ApiError({ code: 'FORBIDDEN' }, 'No.'),
  );
  expect(completed.errors?.map(({ message, extensions }) => [message, extensions]) ?? []).toEqual(
    Array(completed.errors?.length ?? 0).fill(['No.', { code: 'FORBIDDEN' }]),
  );
  // As JSON, so that the order of keys counts.
  return { data: JSON.stringify(completed.data), paths: completed.errors?.map(({ path }) => path?.join('.')), calls };
}

test('lists each requirement once, of fields and of what they depend on', () => {
  const required = (query: string) => requirementsOf(parse(query), { schema, requirements });
  expect(required('{ open { id next { id } } __typename __schema { types { name } } }')).toEqual([]);
  expect(
    required('{ secret { secret must other } ...on Query { ...F } } fragment F on Query { strict { must } }'),
  ).toEqual([requirements.ofField('Item', 'secret'), requirements.ofField('Item', 'other')]);
  expect(required('{ nodes { id } }')).toEqual([requirements.ofField('Hidden', 'id')]);
});

test('an operation of which everything is permitted stays as it is', () => {
  expect(run('{ open { secret } secret { id } }', 'secret')).toEqual({
    data: '{"open":{"secret":"s"},"secret":{"id":"1"}}',
    paths: undefined,
    calls: ['open', 'secret'],
  });
});

describe('a denied field', () => {
  test('is null at its place under its alias, and its resolver is not called', () => {
    expect(run('{ a: open { id } b: secret { id } c: open { id } }')).toEqual({
      data: '{"a":{"id":"1"},"b":null,"c":{"id":"1"}}',
      paths: ['b'],
      calls: ['open', 'open'],
    });
  });

  test('is null in each object, beside the fields that are permitted', () => {
    expect(run('{ list { s: secret id other } open { next { secret } } }', 'other')).toMatchObject({
      data: '{"list":[{"s":null,"id":"1","other":"o"},{"s":null,"id":"1","other":"o"}],"open":{"next":{"secret":null}}}',
      paths: ['list.0.s', 'list.1.s', 'open.next.secret'],
    });
  });

  test('that is not nullable nulls the next nullable value above', () => {
    expect(run('{ open { id next { must } } }')).toMatchObject({
      data: '{"open":{"id":"1","next":null}}',
      paths: ['open.next.must'],
    });
    expect(run('{ open { id } strict { must } }')).toMatchObject({ data: 'null', paths: ['strict.must'] });
    expect(run('{ open { id } list { must } }')).toMatchObject({ data: 'null', paths: ['list.0.must'] });
  });

  test('leaves an object whose other fields are not selected', () => {
    expect(run('{ open { secret } }')).toMatchObject({ data: '{"open":{"secret":null}}', paths: ['open.secret'] });
  });

  test('has one error, however often it is selected', () => {
    const query = '{ open { secret ...F ... { secret } } } fragment F on Item { secret id }';
    expect(run(query)).toMatchObject({ data: '{"open":{"secret":null,"id":"1"}}', paths: ['open.secret'] });
  });

  test('is denied in named and nested fragments', () => {
    const query =
      '{ ...A } fragment A on Query { open { ...B } secret { id } } fragment B on Item { ... on Node { ... on Item { secret } } }';
    expect(run(query)).toMatchObject({
      data: '{"open":{"secret":null},"secret":null}',
      paths: ['secret', 'open.secret'],
      calls: ['open'],
    });
  });

  test('may have the names of properties that every object has, and of placeholders', () => {
    expect(run('{ open { __proto__: secret constructor: id denied_0: id } }')).toMatchObject({
      data: '{"open":{"__proto__":null,"constructor":"1","denied_0":"1"}}',
      paths: ['open.__proto__'],
    });
  });
});

describe('an operation of which every root field is denied', () => {
  test('is answered without executing anything', () => {
    expect(run('{ b: secret { id } ... { a: secret { must } } }')).toEqual({
      data: '{"b":null,"a":null}',
      paths: ['b', 'a'],
      calls: [],
    });
  });

  test('keeps its __typename', () => {
    expect(run('{ __typename secret { id } }')).toEqual({
      data: '{"__typename":"Query","secret":null}',
      paths: ['secret'],
      calls: [],
    });
  });
});

test('the other fields of a mutation are executed in order', () => {
  expect(run('mutation { three { id } two { id } one { id secret } }')).toEqual({
    data: '{"three":{"id":"1"},"two":null,"one":{"id":"1","secret":null}}',
    paths: ['two', 'one.secret'],
    calls: ['three', 'one'],
  });
});

describe('of an interface or a union', () => {
  test('a field is denied for every object if that of one type is', () => {
    expect(run('{ nodes { id __typename } }')).toMatchObject({ data: '{"nodes":null}', paths: ['nodes'] });
  });

  test('a field is denied in a fragment on the protected type, and __typename with it', () => {
    expect(run('{ results { ... on Hidden { id } ... on Item { id } } }')).toMatchObject({
      data: '{"results":[{"id":"1"},{"id":null}]}',
      paths: ['results.1.id'],
    });
    expect(run('{ results { ... on Hidden { __typename } ... on Item { id } } }')).toMatchObject({
      data: '{"results":[{"id":"1"},null]}',
      paths: ['results.1.__typename'],
    });
  });

  test('a field that is denied in one of two fragments is denied', () => {
    const query = '{ results { ... on Item { a: id } ... on Node { a: id } } }';
    expect(run(query)).toMatchObject({
      data: '{"results":[{"a":null},{"a":null}]}',
      paths: ['results.0.a', 'results.1.a'],
    });
  });
});
