import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { maxNesting } from '../json.ts';
import { isTextNestedTooDeep, limitNesting } from './nesting.ts';

const schema = buildSchema('type Query { hello(text: ID): String self: Query }');
const nested = (open: string, depth: number, close: string, inner = '') =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;

describe('isTextNestedTooDeep', () => {
  test.each<[string, (depth: number) => string]>([
    ['lists', (depth) => nested('[', depth, ']')],
    ['objects', (depth) => nested('{a:', depth, '}', '1')],
    ['selections', (depth) => nested('{self', depth, '}', ' ')],
    ['inline fragments', (depth) => nested('...{', depth, '}', 'hello')],
    ['types', (depth) => nested('[', depth, ']', 'ID')],
    ['parentheses', (depth) => nested('(', depth, ')')],
    ['brackets of each kind', (depth) => nested('({[', Math.floor(depth / 3), ']})') + nested('[', depth, ']')],
    ['brackets that are never closed', (depth) => '['.repeat(depth) + ' '.repeat(2 * maxNesting)],
    ['brackets after strings with quotes', (depth) => `"\\"]" """ \\""" ] " ] """ ${nested('[', depth, ']')}`],
    ['brackets after a comment with a quote', (depth) => `# don't say "\n${nested('[', depth, ']')}`],
    ['brackets after a string that is never closed', (depth) => `"\n${nested('[', depth, ']')}`],
  ])('accepts %s at the limit, and rejects them over it', (_, text) => {
    expect([isTextNestedTooDeep(text(maxNesting)), isTextNestedTooDeep(text(maxNesting + 1))]).toEqual([false, true]);
  });

  test.each([
    ['in strings', `"${'['.repeat(5_000)}"`],
    ['in block strings', `"""${'['.repeat(2_000)} \\""" " ${'['.repeat(2_000)}"""`],
    ['in comments', `#${'['.repeat(5_000)}\n`],
    ['one after the other', '{ a(b: [1]) }'.repeat(5_000)],
  ])('does not count brackets %s', (_, text) => {
    expect(isTextNestedTooDeep(text)).toBe(false);
  });
});

describe('limitNesting', () => {
  const errorsOf = (text: string) =>
    validate(schema, parse(text), [limitNesting(maxNesting)]).map(({ message }) => message);
  const chain = (length: number) =>
    `{ ...F1 } ${Array.from({ length }, (_, at) => `fragment F${at + 1} on Query { self { ...F${at + 2} } }`).join(' ')}
     fragment F${length + 1} on Query { hello }`;

  test('counts the levels of fragments where they are spread', () => {
    // Two levels for each fragment of the chain, one for the operation and one for the last fragment.
    expect(errorsOf(chain(maxNesting / 2 - 1))).toEqual([]);
    expect(errorsOf(chain(maxNesting / 2))).toEqual([expect.stringContaining('nested over 500 levels')]);
  });

  test('allows many fragments that do not nest', () => {
    const spreads = Array.from({ length: 1_000 }, (_, at) => `...F${at}`).join(' ');
    const fragments = Array.from({ length: 1_000 }, (_, at) => `fragment F${at} on Query { self { hello } }`).join(' ');
    expect(errorsOf(`{ ${spreads} } ${fragments}`)).toEqual([]);
  });

  test('ends for fragments that spread each other twice, also without end', () => {
    const doubling = (last: string) =>
      `{ ...F0 } ${Array.from({ length: 100 }, (_, at) => `fragment F${at} on Query { a: self { ...F${at + 1} } b: self { ...F${at + 1} } }`).join(' ')}
       fragment F100 on Query { ${last} }`;
    expect(errorsOf(doubling('hello'))).toEqual([]);
    expect(errorsOf(doubling('c: self { ...F0 } d: self { ...F0 }'))).toEqual([]);
  });
});

describe('a server answers 400 with BAD_REQUEST, and logs no bug, for', () => {
  const deep = (depth: number) => nested('[', depth, ']');
  const list = (depth: number) => `{ echo(text: ${deep(depth)}) }`;
  test.each<[string, string]>([
    ['a literal of 2,400 lists', JSON.stringify({ query: list(2_400) })],
    ['a literal of 200,000 lists', JSON.stringify({ query: list(200_000) })],
    ['2,400 fragments in each other', JSON.stringify({ query: `{ ${nested('...{', 2_400, '}', 'hello')} }` })],
    ['a type of 2,400 lists', JSON.stringify({ query: `query ($a: ${nested('[', 2_400, ']', 'ID')}) { hello }` })],
    ['variables of 2,400 lists', `{"query":"{ hello }","variables":{"a":${deep(2_400)}}}`],
    ['variables of 200,000 objects', `{"query":"{ hello }","variables":${nested('{"a":', 200_000, '}', '1')}}`],
    ['extensions of 200,000 lists', `{"query":"{ hello }","extensions":{"a":${deep(200_000)}}}`],
    ['a body of 200,000 lists', deep(200_000)],
    ['a name of 200,000 lists', `{"query":"{ hello }","operationName":${deep(200_000)}}`],
  ])('%s', async (_, body) => {
    const { url, log } = await startTinyServer();
    for (let time = 1; time <= 3; time++) {
      const response = await post(url, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [{ message: expect.stringContaining('nested over 500 levels'), extensions: { code: 'BAD_REQUEST' } }],
      });
    }
    expect(log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  test.each([
    ['a document', { query: list(3_000) }],
    ['variables', { query: '{ hello }', variables: `{"a":${deep(3_000)}}` }],
    ['extensions', { query: '{ hello }', extensions: `{"a":${deep(3_000)}}` }],
  ])('%s in the URL', async (_, parameters) => {
    const { url } = await startTinyServer();
    const response = await fetch(
      `${url}?${new URLSearchParams(parameters).toString().replace(/%5B/g, '[').replace(/%5D/g, ']')}`,
      {
        headers: { 'apollo-require-preflight': '1' },
      },
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

test('a chain of many fragments is rejected by a server without a limit of tokens', async () => {
  const { url } = await startTinyServer();
  const fragments = Array.from({ length: 20_000 }, (_, at) => `fragment F${at} on Query { ...F${at + 1} }`).join(' ');
  const response = await post(url, { query: `{ ...F0 } ${fragments} fragment F20000 on Query { hello }` });
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  expect(['BAD_REQUEST', 'GRAPHQL_VALIDATION_FAILED']).toContain(errors[0]?.extensions.code);
});
