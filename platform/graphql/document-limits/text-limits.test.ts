import { describe, expect, test } from 'vitest';
import { maxNesting } from '../../json.ts';
import { defaultDocumentLimits } from './limits.ts';
import { checkText } from './text-limits.ts';

const limits = { ...defaultDocumentLimits, maxBytes: 300, maxTokens: 50, maxNameLength: 20 };
const nested = (open: string, depth: number, close: string, inner = '') =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;

describe('the limit of bytes', () => {
  const tooLong = { status: 400, code: 'MAX_TOKENS_LIMIT', details: { max: 300 } };

  test.each<[string, string, string]>([
    ['white space', '{ a }', ' '.repeat(295)],
    ['comments', '{ a }', `#${'"'.repeat(294)}`],
    ['comments in several bytes', '{ a } #', 'é'.repeat(146)],
    ['numbers', '{ a(b:', `${'9'.repeat(292)})}`],
    ['what follows a string', '{ a(b: "#", c: """ \\""" # """', ')}'.padEnd(288)],
  ])('counts %s', (_, start, rest) => {
    const text = start + rest;
    expect(checkText(text, limits)).toBeUndefined();
    expect(checkText(`${text}  `, limits)).toMatchObject(tooLong);
  });

  test.each([
    ['a string', `{ a(b: "${'x'.repeat(1_000)}") }`],
    ['a string with escapes', `{ a(b: "${'\\"'.repeat(1_000)}") }`],
    ['a block string', `{ a(b: """${'" \\""" # '.repeat(200)}""") }`],
  ])('does not count the contents of %s', (_, text) => {
    expect(checkText(text, limits)).toBeUndefined();
  });
});

describe('the limit of tokens', () => {
  const fields = (tokens: number) => `{${' a'.repeat(tokens - 2)} }`;

  test('rejects the first token over it', () => {
    expect(checkText(fields(50), limits)).toBeUndefined();
    expect(checkText(fields(51), limits)).toMatchObject({ code: 'MAX_TOKENS_LIMIT', details: { max: 50 } });
  });

  test('does not count comments', () => {
    expect(checkText(`${'#\n'.repeat(60)}{ a }`, limits)).toBeUndefined();
  });

  test('leaves a syntax error to the parser, also before the limit', () => {
    expect(checkText(`{ ? ${fields(100)}`, limits)).toBeUndefined();
  });
});

test('the limit of names is BAD_REQUEST', () => {
  const named = (name: string) => `{ ${name}: a }`;
  expect(checkText(named('x'.repeat(20)), limits)).toBeUndefined();
  expect(checkText(named('x'.repeat(21)), limits)).toMatchObject({ code: 'BAD_REQUEST' });
  expect(checkText(`{ a(b: "${'x'.repeat(21)}") }`, limits)).toBeUndefined();
});

describe('the limit of brackets in each other', () => {
  const manyTokens = { ...defaultDocumentLimits, maxTokens: 10_000, maxDepth: 1_000 };
  const isTooDeep = (text: string) => checkText(text, manyTokens)?.code === 'BAD_REQUEST';

  test.each<[string, (depth: number) => string]>([
    ['lists', (depth) => nested('[', depth, ']')],
    ['objects', (depth) => nested('{a:', depth, '}', '1')],
    ['selections', (depth) => nested('{self', depth, '}', ' ')],
    ['inline fragments', (depth) => nested('...{', depth, '}', 'hello')],
    ['types', (depth) => nested('[', depth, ']', 'ID')],
    ['parentheses', (depth) => nested('(', depth, ')')],
    ['brackets of each kind', (depth) => nested('({[', Math.floor(depth / 3), ']})') + nested('[', depth, ']')],
    ['brackets that are never closed', (depth) => '['.repeat(depth)],
    ['brackets after strings with quotes', (depth) => `"\\"]" """ \\""" ] " ] """ ${nested('[', depth, ']')}`],
    ['brackets after a comment with a quote', (depth) => `# don't say "\n${nested('[', depth, ']')}`],
  ])('accepts %s at the limit, and rejects them over it', (_, text) => {
    expect([isTooDeep(text(maxNesting)), isTooDeep(text(maxNesting + 1))]).toEqual([false, true]);
  });

  test.each([
    ['in strings', `"${'['.repeat(5_000)}"`],
    ['in block strings', `"""${'['.repeat(2_000)} \\""" " ${'['.repeat(2_000)}"""`],
    ['in comments', `#${'['.repeat(5_000)}\n`],
    ['one after the other', '{ a(b: [1]) }'.repeat(900)],
  ])('does not count brackets %s', (_, text) => {
    expect(isTooDeep(text)).toBe(false);
  });
});

describe('levels of fields', () => {
  const codeOf = (text: string) => checkText(text, { ...defaultDocumentLimits, maxTokens: 10_000 })?.code;
  const most = defaultDocumentLimits.maxIntrospectionDepth;
  const fields = (depth: number) => nested('{ a ', depth, '}');

  test.each<[string, (depth: number) => string]>([
    ['fields', fields],
    ['fields with arguments', (depth) => nested('{ a(b: { c: [{ d: "}" }] }) ', depth, '}')],
    ['fields with directives', (depth) => nested('{ on @on(if: true) ', depth, '}')],
    ['fields in inline fragments', (depth) => nested('{ ... { ... on A @b { ... @on { a ', depth, '} } } }')],
    ['fields after fragments', (depth) => nested('{ ...F ... { a } ...G @b(c: { d: 1 }) a ', depth, '}')],
    ['fields of a fragment', (depth) => `{ ...F } fragment F on A ${fields(depth)}`],
    ['fields that are never closed', (depth) => '{ a '.repeat(depth)],
  ])('are rejected where no limit allows them, before the document is parsed: %s', (_, text) => {
    expect([codeOf(text(most)), codeOf(text(most + 1))]).toEqual([undefined, 'MAX_DEPTH_LIMIT']);
  });

  test('end with their selection sets', () => {
    expect(codeOf(`{ ${`a ${fields(most - 1)} `.repeat(5)} } ${fields(most)}`)).toBeUndefined();
  });

  test('of introspection have its limit in the error', () => {
    const { maxDepth, maxIntrospectionDepth } = defaultDocumentLimits;
    const maxOf = (text: string) => checkText(text, defaultDocumentLimits)?.details?.max;
    expect([maxOf(fields(800)), maxOf(`{ __schema ${fields(400)} }`)]).toEqual([maxDepth, maxIntrospectionDepth]);
  });
});
