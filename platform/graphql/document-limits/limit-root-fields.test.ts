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

/** Validates a text with this rule only. */
const errorsIn = (text: string) => validate(schema, parse(text), [rule]);
/** Validates a text with all rules. */
const allErrorsIn = (text: string) => validate(schema, parse(text), [...specifiedRules, rule]);

describe('rejects an operation with two limited fields', () => {
  test.each([
    ['under aliases', 'mutation { a: login { id } b: login { id } }'],
    ['one of them under an alias', 'mutation { login { id } again: login { id } }'],
    ['of different names', 'mutation { register { id } changePassword { id } }'],
    ['of other names', 'mutation { login { id } deleteAccount { id } }'],
    ['under one alias, which the specification rejects as well', 'mutation { a: login { id } a: register { id } }'],
    ['under aliases that are names of other fields', 'mutation { login: login { id } logout: login { id } }'],
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
    expect(allErrorsIn(text)).toEqual([expect.any(GraphQLError)]);
  });

  test('in the second of two operations', () => {
    const [error, ...more] = errorsIn('mutation A { login { id } } mutation B { a: login { id } b: login { id } }');
    expect([error?.nodes?.map(({ loc }) => loc?.start), more]).toEqual([[41, 57], []]);
  });

  test('with a message that lists the fields and says how to fix it', () => {
    expect(errorsIn('mutation { a: login { id } b: login { id } }').map(({ message }) => message)).toEqual([
      'Send one of register, login, changePassword, deleteAccount in each operation: this one has several.',
    ]);
  });
});

describe('accepts an operation with', () => {
  test.each([
    ['one limited field', 'mutation { login { id } }'],
    ['one under an alias', 'mutation { logIn: login { id } }'],
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
    ['other fields beside it', 'mutation { a: logout { id } login { id } b: logout { id } }'],
    ['fields of the same names below the root', 'mutation { login { a: login again { b: login } } }'],
    ['none', 'mutation { a: logout { id } b: logout { id } }'],
    ['two in a query', '{ a: login b: login register }'],
  ])('%s', (_, text) => {
    expect(allErrorsIn(text)).toEqual([]);
  });

  test('one, as has each operation of the document', () => {
    expect(allErrorsIn('mutation A { login { id } } mutation B { login { id } } query C { login }')).toEqual([]);
  });
});

describe('checks in linear time a document that', () => {
  const levels = 20_000;
  const numbers = Array.from({ length: levels }, (_, level) => level);
  const spreads = (to: number, times: number) => `...F${to} `.repeat(times);
  /** Each fragment spreads the next one twice: as a tree it has more leaves than can be counted. */
  const nest = numbers.map((level) => `fragment F${level} on Mutation { ${spreads(level + 1, 2)}}`).join('\n');
  const end = (fields: string) => `fragment F${levels} on Mutation { ${fields} }`;

  test.each([
    ['login { id }', 0],
    ['a: login { id } b: login { id }', 1],
  ])('has %s at the end of doubling fragments', (fields, faults) => {
    expect(errorsIn(`mutation { ...F0 }\n${nest}\n${end(fields)}`)).toHaveLength(faults);
  });

  test('has fragments that spread each other', () => {
    const circle =
      'fragment A on Mutation { ...B a: login { id } } fragment B on Mutation { ...A ...B b: login { id } }';
    expect(errorsIn(`mutation { ...A } ${circle}`)).toHaveLength(1);
    expect(errorsIn(`mutation { ...A } ${circle.replace('b: login', 'b: logout')}`)).toEqual([]);
  });

  test('spreads an undefined fragment', () => {
    expect(errorsIn('mutation { ...Nothing login { id } }')).toEqual([]);
  });

  test('has many fields', () => {
    const fields = numbers.map((number) => `a${number}: logout { id }`).join(' ');
    expect(errorsIn(`mutation { ${fields} login { id } }`)).toEqual([]);
  });
});
