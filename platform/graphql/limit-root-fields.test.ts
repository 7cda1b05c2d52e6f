import { buildSchema, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { limitRootFields } from './limit-root-fields.ts';

const rule = limitRootFields({
  operation: 'mutation',
  fields: ['register', 'login', 'changePassword', 'deleteAccount'],
});

const schema = buildSchema(`
  type Query { me: ID login: ID register: ID }
  type Mutation {
    register(name: ID): Payload
    login(name: ID): Payload
    changePassword(name: ID): Payload
    deleteAccount(name: ID): Payload
    logout(name: ID): Payload
  }
  type Payload { id: ID again: Payload login: ID }
`);

/** What the rule alone says of a text. */
const faultsIn = (text: string) => validate(schema, parse(text), [rule]);
/** What it says beside the rules of the specification. */
const allFaultsIn = (text: string) => validate(schema, parse(text), [...specifiedRules, rule]);

describe('an operation is refused that has two credential fields', () => {
  test.each([
    ['under aliases', 'mutation { a: login { id } b: login { id } }'],
    ['one of them under an alias', 'mutation { login { id } again: login { id } }'],
    ['of different names', 'mutation { register { id } changePassword { id } }'],
    ['of other names', 'mutation { login { id } deleteAccount { id } }'],
    ['under one alias, which the specification refuses', 'mutation { a: login { id } a: register { id } }'],
    ['under aliases that other fields have for names', 'mutation { login: login { id } logout: login { id } }'],
    ['with others between them', 'mutation { a: login { id } logout { id } b: login { id } }'],
    ['in a fragment', 'mutation { ...Two } fragment Two on Mutation { a: login { id } b: login { id } }'],
    [
      'in two fragments',
      'mutation { ...A ...B } fragment A on Mutation { a: login { id } } fragment B on Mutation { b: login { id } }',
    ],
    [
      'in a fragment within a fragment',
      'mutation { a: login { id } ...A } fragment A on Mutation { ...B } fragment B on Mutation { b: login { id } }',
    ],
    ['in inline fragments', 'mutation { ... { a: login { id } } ... on Mutation { ... { b: login { id } } } }'],
    [
      'in an inline fragment within a fragment',
      'mutation { a: login { id } ...A } fragment A on Mutation { ... { b: login { id } } }',
    ],
    [
      'on conditions',
      'mutation ($yes: Boolean!) { a: login @include(if: $yes) { id } b: login @skip(if: $yes) { id } }',
    ],
    [
      'that are never both executed',
      'mutation { a: login @include(if: false) { id } b: login @skip(if: true) { id } }',
    ],
    [
      'in a fragment on a condition',
      'mutation ($yes: Boolean!) { a: login { id } ... @include(if: $yes) { b: login { id } } }',
    ],
  ])('%s', (_, text) => {
    expect(allFaultsIn(text)).toEqual([expect.any(GraphQLError)]);
  });

  test('in the second of two operations', () => {
    const [fault, ...more] = faultsIn('mutation A { login { id } } mutation B { a: login { id } b: login { id } }');
    expect([fault?.nodes?.map(({ loc }) => loc?.start), more]).toEqual([[41, 57], []]);
  });

  test('with a message that says which they are, and how to mend it', () => {
    expect(faultsIn('mutation { a: login { id } b: login { id } }').map(({ message }) => message)).toEqual([
      'Send one of register, login, changePassword, deleteAccount in each operation: this one has several.',
    ]);
  });
});

describe('an operation passes that has', () => {
  test.each([
    ['one credential field', 'mutation { login { id } }'],
    ['one of another name', 'mutation { logIn: login { id } }'],
    ['the same one twice, which is executed once', 'mutation { login { id } login { again { id } } }'],
    [
      'the same one in two fragments',
      'mutation { ...A ...B } fragment A on Mutation { a: login { id } } fragment B on Mutation { a: login { id } }',
    ],
    ['a fragment with one, spread twice', 'mutation { ...A ...A } fragment A on Mutation { login { id } }'],
    [
      'other fields under their names',
      'mutation { login { id } register: logout { id } deleteAccount: logout { id } }',
    ],
    ['others with it', 'mutation { a: logout { id } login { id } b: logout { id } }'],
    ['fields with such names inside', 'mutation { login { a: login again { b: login } } }'],
    ['none', 'mutation { a: logout { id } b: logout { id } }'],
    ['two in a query', '{ a: login b: login register }'],
  ])('%s', (_, text) => {
    expect(allFaultsIn(text)).toEqual([]);
  });

  test('one, as each of the document does', () => {
    expect(allFaultsIn('mutation A { login { id } } mutation B { login { id } } query C { login }')).toEqual([]);
  });
});

describe('a document that is made to be long to look at', () => {
  const levels = 20_000;
  const numbers = Array.from({ length: levels }, (_, level) => level);
  const spreads = (to: number, times: number) => `...F${to} `.repeat(times);
  /** Each fragment spreads the next one twice: as a tree it has more leaves than can be counted. */
  const nest = numbers.map((level) => `fragment F${level} on Mutation { ${spreads(level + 1, 2)}}`).join('\n');
  const end = (fields: string) => `fragment F${levels} on Mutation { ${fields} }`;

  test.each([
    ['login { id }', 0],
    ['a: login { id } b: login { id }', 1],
  ])('has %s at the end of a nest of fragments', (fields, faults) => {
    expect(faultsIn(`mutation { ...F0 }\n${nest}\n${end(fields)}`)).toHaveLength(faults);
  });

  test('has fragments that spread each other in a circle', () => {
    const circle =
      'fragment A on Mutation { ...B a: login { id } } fragment B on Mutation { ...A ...B b: login { id } }';
    expect(faultsIn(`mutation { ...A } ${circle}`)).toHaveLength(1);
    expect(faultsIn(`mutation { ...A } ${circle.replace('b: login', 'b: logout')}`)).toEqual([]);
  });

  test('spreads a fragment that there is not', () => {
    expect(faultsIn('mutation { ...Nothing login { id } }')).toEqual([]);
  });

  test('has many fields', () => {
    const fields = numbers.map((number) => `a${number}: logout { id }`).join(' ');
    expect(faultsIn(`mutation { ${fields} login { id } }`)).toEqual([]);
  });
});
