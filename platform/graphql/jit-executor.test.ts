import { describe, expect, test } from 'vitest';
import { createSchema, differencesOf, type Variables } from '../testing/jit-comparison.ts';
import { differences } from './differential/differences.ts';
import { createExecutors } from './differential/executors.ts';

const input = '($id: ID!, $text: String, $when: DateTime)';

describe('the first and each later execution is as by graphql-js if', () => {
  test.each<[string, string, ...Variables[]]>([
    [
      'a field of an input is left out with its variable',
      `query ${input} { show(input: { id: $id, text: $text, when: $when }) }`,
      { id: '1', text: 'x' },
      { id: '1' },
    ],
    [
      'a variable of an input is null',
      `query ${input} { show(input: { id: $id, text: $text, when: $when }) }`,
      { id: '1', text: null, when: null },
    ],
    [
      'an object in an input is left out with its variable',
      'query ($deep: Deep) { show(input: { id: 1, deep: $deep }) }',
      {},
      { deep: { number: 1 } },
    ],
    [
      'a field of an object in an input is left out with its variable',
      'query ($text: String) { show(input: { id: 1, deep: { text: $text } }) }',
      {},
      { text: 'x' },
    ],
    [
      'a field of an input with a default is left out with its variable',
      'query ($kind: Kind) { show(input: { id: 1, deep: { kind: $kind } }) }',
      {},
      { kind: 'SMALL' },
    ],
    [
      'an element of a list is left out with its variable',
      'query ($text: String) { show(input: { id: 1, texts: ["a", $text] }) }',
      {},
      { text: 'b' },
    ],
    [
      'an argument is left out with its variable',
      'query ($id: ID, $when: DateTime) { show(id: $id, when: $when) }',
      {},
      { id: 5 },
      { when: '2026' },
    ],
    [
      'a variable with a default is left out',
      'query ($id: ID! = "d", $kinds: [Kind!] = BIG) { show(id: $id, kinds: $kinds) }',
      {},
      { id: 'x', kinds: 'SMALL' },
    ],
    [
      'a variable with a name for its default is left out',
      'query ($kinds: [Kind!]! = BIG) { show(kinds: $kinds) }',
      {},
      { kinds: ['SMALL'] },
    ],
    ['the default of an id is a long number', 'query ($id: ID = 12345678901234567890) { show(id: $id) }', {}],
    [
      'null is passed to a non-null argument',
      'query ($number: Int = 1) { show(number: $number) hello }',
      { number: null },
      {},
    ],
    [
      'null is passed to a non-null input field',
      'query ($id: ID = 1) { show(input: { id: $id }) hello }',
      { id: null },
      {},
    ],
    [
      'null is passed to a condition',
      'query ($yes: Boolean = true) { hello @include(if: $yes) a: hello }',
      { yes: null },
      {},
    ],
    [
      'a variable is named like a property of every object',
      'query ($__proto__: ID, $constructor: ID) { show(id: $__proto__) a: show(id: $constructor) }',
      {},
    ],
    [
      'a response key is named like a property of every object',
      '{ person { __proto__: name constructor: name id } __typename: hello }',
    ],
  ])('%s', async (_, source, ...variables) => {
    expect(await differencesOf(source, ...variables)).toEqual([]);
  });
});

describe('the mutations of one operation run in order if', () => {
  test.each<[string, string, ...Variables[]]>([
    ['some are late', 'mutation { late first again: late second }'],
    ['the first fails', 'mutation { fails first second }'],
    ['one fails late', 'mutation { failsLate first again: failsLate late }'],
    [
      'null is passed to a non-null argument of the first',
      'mutation ($n: Int = 1) { first(number: $n) second late }',
      { n: null },
      { n: 2 },
    ],
    [
      'null is passed to a non-null argument of one after a late one',
      'mutation ($n: Int = 1) { late first(number: $n) second }',
      { n: null },
    ],
    [
      'null is passed in place of an enum value',
      'mutation ($k: Kind = BIG) { late first(kind: $k) second }',
      { k: null },
      {},
    ],
    [
      'some are left out',
      'mutation ($yes: Boolean!) { first @skip(if: $yes) late @include(if: $yes) second }',
      { yes: true },
      { yes: false },
    ],
  ])('%s', async (_, source, ...variables) => {
    expect(await differencesOf(source, ...variables)).toEqual([]);
  });
});

test('errors of variables have the same messages each time', async () => {
  const source = 'query ($id: ID!, $input: Input, $kinds: [Kind!]) { show(id: $id, input: $input, kinds: $kinds) }';
  const wrong = [{}, { id: null }, { id: {} }, { id: 1.5 }, { id: '1', kinds: 'HUGE' }, { id: '1', kinds: [null] }];
  const wrongInputs = [5, [], {}, { id: '1', more: 1 }, { id: '1', deep: { number: 'x' } }, { id: '1', texts: [1] }];
  const values = [...wrong, ...wrongInputs.map((one) => ({ id: '1', input: one }))];
  expect(await differencesOf(source, ...values)).toEqual([]);
});

test('distinguishes the operations of one document', async () => {
  const { schema } = createSchema();
  const { graphqlJs, compiled } = await createExecutors(schema);
  const source = 'query A { a: hello } query B($id: ID) { show(id: $id) } query C { person { name } }';
  for (const operationName of ['A', 'B', 'C', 'A', 'C', 'B', 'A', 'B', 'C']) {
    const request = { source, operationName, variables: { id: operationName } };
    expect(differences(await graphqlJs(request, {}), await compiled(request, {}))).toEqual([]);
  }
});

test.each([
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\r\\n', '\r\n'],
])('an error has its location in a document whose lines end with %s', async (_, lineEnd) => {
  const lines = ['query', '{ hello', '', '  person { id', ' again: missing } missing', '}'];
  expect(await differencesOf(lines.join(lineEnd))).toEqual([]);
});
