import { getIntrospectionQuery, type IntrospectionOptions } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkDocument } from './check-document.ts';
import { defaultDocumentLimits as limits, writtenOutLimits } from './limits.ts';

const errorOf = (source: string) => {
  const { code, details } = checkDocument(source, limits) ?? {};
  return code && [code, details?.max];
};
const fields = (depth: number) => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
const list = (length: number, item: (at: number) => string) => Array.from({ length }, (_, at) => item(at)).join(' ');

describe('depth', () => {
  const tooDeep = ['MAX_DEPTH_LIMIT', limits.maxDepth];

  test.each<[string, (depth: number) => string]>([
    ['fields', fields],
    ['fields of a mutation', (depth) => `mutation ${fields(depth)}`],
    ['fields of the second operation', (depth) => `query A { a } query B ${fields(depth)}`],
    ['fields in inline fragments', (depth) => `${'{ ... { a '.repeat(depth)}${'} }'.repeat(depth)}`],
    [
      'fields in fragments',
      (depth) =>
        `{ ...F1 } ${list(depth - 1, (at) => `fragment F${at + 1} on A { a { ...F${at + 2} } }`)} fragment F${depth} on A { a }`,
    ],
    ['fields under aliases', (depth) => `${'{ b: a '.repeat(depth)}${'}'.repeat(depth)}`],
    ['fields of which one is skipped', (depth) => `{ a @skip(if: true) ${fields(depth - 1)} }`],
  ])('accepts %s at the limit, and rejects them over it', (_, source) => {
    expect([errorOf(source(limits.maxDepth)), errorOf(source(limits.maxDepth + 1))]).toEqual([undefined, tooDeep]);
  });

  test('of fragments that spread each other in a cycle is finite, and validation rejects them', () => {
    expect(errorOf('{ ...A } fragment A on A { a { ...B } } fragment B on A { a { ...A } }')).toBeUndefined();
  });

  test('does not count fragments, unless over 500 are in each other', () => {
    const inline = (inner: string) => `${'{ ... '.repeat(299)} { ${inner} } ${'}'.repeat(299)}`;
    expect(errorOf(inline('a'))).toBeUndefined();
    expect(errorOf(`${inline('...F')} fragment F on A ${inline('a')}`)).toEqual(['BAD_REQUEST', undefined]);
  });

  test('of introspection has its own limit', () => {
    const types = (depth: number) =>
      `{ __type(name: "A") { ${'ofType { '.repeat(depth - 2)} name ${'} '.repeat(depth - 2)} } }`;
    expect(errorOf(types(limits.maxIntrospectionDepth))).toBeUndefined();
    expect(errorOf(types(limits.maxIntrospectionDepth + 1))).toEqual(['MAX_DEPTH_LIMIT', limits.maxIntrospectionDepth]);
  });

  const lists = (count: number) => `${'fields { type { '.repeat(count)} name ${'} } '.repeat(count)}`;
  test.each<[string, (count: number) => string]>([
    ['__schema', (count) => `{ __schema { types { ${lists(count)} } } }`],
    ['__type', (count) => `{ __type(name: "A") { ${lists(count)} } }`],
    ['a fragment', (count) => `{ a: __type(name: "A") { ...F } } fragment F on __Type { ${lists(count)} }`],
    ['another operation', (count) => `query A { a } query B { __schema { queryType { ${lists(count)} } } }`],
    ['what is not valid', (count) => `{ nothing __type { ${lists(count)} } }`],
  ])('of introspection has a limit of lists in each other, in %s', (_, source) => {
    expect([errorOf(source(2)), errorOf(source(3))]).toEqual([undefined, ['MAX_DEPTH_LIMIT', 2]]);
  });

  test('of introspection beside other fields does not hide theirs', () => {
    expect(errorOf(`{ __schema ${fields(14)} a ${fields(11)} }`)).toBeUndefined();
    expect(errorOf(`{ __schema ${fields(14)} a ${fields(12)} }`)).toEqual(tooDeep);
    expect(errorOf(`{ a ${fields(12)} __schema ${fields(14)} }`)).toEqual(tooDeep);
  });
});

describe('aliases', () => {
  const tooMany = ['MAX_ALIASES_LIMIT', limits.maxAliases];
  test.each<[string, (aliases: number) => string]>([
    ['one beside the other', (aliases) => `{ ${list(aliases, (at) => `a${at}: a`)} }`],
    ['of one name', (aliases) => `{ ${list(aliases, () => 'b: a')} }`],
    ['at several levels', (aliases) => `{ b: a { ${list(aliases - 1, (at) => `a${at}: a`)} } }`],
    ['of introspection', (aliases) => `{ ${list(aliases, (at) => `a${at}: __typename`)} }`],
    [
      'in a fragment, wherever it is spread',
      (aliases) => `{ ${list(aliases / 2, () => '...F')} } fragment F on A { b: a c: a }`,
    ],
  ])('accepts those %s at the limit, and rejects them over it', (_, source) => {
    expect([errorOf(source(limits.maxAliases)), errorOf(source(limits.maxAliases + 2))]).toEqual([undefined, tooMany]);
  });
});

describe('root fields', () => {
  const tooMany = ['MAX_ROOT_FIELDS_LIMIT', limits.maxRootFields];
  test.each<[string, (count: number) => string]>([
    ['one beside the other', (count) => `{ ${list(count, (at) => `a${at}`)} }`],
    ['in fragments', (count) => `{ ... { ${list(count - 1, (at) => `a${at}`)} } ...F ...F } fragment F on A { b }`],
  ])('accepts those %s at the limit, and rejects them over it', (_, source) => {
    expect([errorOf(source(limits.maxRootFields)), errorOf(source(limits.maxRootFields + 1))]).toEqual([
      undefined,
      tooMany,
    ]);
  });

  test('counts a response name once', () => {
    expect(errorOf(`{ ${'a '.repeat(100)} }`)).toBeUndefined();
  });
});

describe('directives', () => {
  const flood = (count: number) => '@a '.repeat(count);
  test.each<[string, (directives: string) => string]>([
    ['a field', (directives) => `{ a ${directives} }`],
    ['a field in a field', (directives) => `{ a { a ${directives} } }`],
    ['an inline fragment', (directives) => `{ ... ${directives} { a } }`],
    ['a spread', (directives) => `{ ...F ${directives} } fragment F on A { a }`],
    ['a fragment', (directives) => `{ ...F } fragment F on A ${directives} { a }`],
    ['a field in a fragment that is never spread', (directives) => `{ a } fragment F on A { a ${directives} }`],
    ['an operation', (directives) => `query ${directives} { a }`],
    ['a variable', (directives) => `query ($a: A ${directives}) { a }`],
  ])('accepts as many as the limit at %s, and rejects one more', (_, source) => {
    expect(errorOf(source(flood(limits.maxDirectives)))).toBeUndefined();
    expect(errorOf(source(flood(limits.maxDirectives + 1)))).toEqual(['MAX_DIRECTIVES_LIMIT', limits.maxDirectives]);
  });
});

describe('selections', () => {
  test('counts each fragment wherever it is spread, in time linear in the document', () => {
    const doubling = (depth: number) =>
      `{ ...F0 } ${list(depth, (at) => `fragment F${at} on A { ...F${at + 1} ...F${at + 1} }`)} fragment F${depth} on A { a }`;
    expect(errorOf(doubling(8))).toBeUndefined();
    expect(errorOf(doubling(150))).toEqual(['GRAPHQL_VALIDATION_FAILED', undefined]);
  });
});

describe('strings that spreads and default values repeat', () => {
  const text = (length: number) => `"${'x'.repeat(length)}"`;
  const max = limits.maxRepeatedStrings;
  const tooMany = ['BAD_REQUEST', undefined];
  test.each<[string, (extra: number) => string]>([
    ['in an argument', (extra) => `{ a { ...F } b { ...F } } fragment F on A { c(d: ${text(max + extra)}) }`],
    ['in a block string', (extra) => `{ a { ...F } b { ...F } } fragment F on A { c(d: ""${text(max + extra)}"") }`],
    [
      'in a list of an object',
      (extra) => `{ a { ...F } b { ...F } } fragment F on A { c(d: { e: [${text(max + extra)}] }) }`,
    ],
    ['in a default value', (extra) => `query ($v: A = { b: [${text(max + extra)}] }) { a(b: $v) }`],
    [
      'in a fragment of a fragment',
      (extra) =>
        `{ a { ...F } b { ...F } } fragment F on A { ...G c { ...G } } fragment G on A { c(d: ${text(max / 3 + extra)}) }`,
    ],
    [
      'in the second operation',
      (extra) => `query A { a } query B { ...F b { ...F } } fragment F on A { c(d: ${text(max + extra)}) }`,
    ],
    [
      '20 times',
      (extra) =>
        `{ ${list(20, (at) => `a${at} { ...F }`)} } fragment F on A { c(d: ${text(Math.floor(max / 19) + extra)}) }`,
    ],
  ])('accepts those %s at the limit, and rejects them over it', (_, source) => {
    expect([errorOf(source(0)), errorOf(source(1))]).toEqual([undefined, tooMany]);
  });

  test('does not count strings that stand in the document', () => {
    expect(
      errorOf(`{ a(b: ${text(9 * max)}) c(d: ${text(9 * max)}) ...F } fragment F on A { e(f: ${text(9 * max)}) }`),
    ).toBeUndefined();
  });
});

test.each(['__proto__', 'constructor', 'toString'])('takes %s for a name like any other', (name) => {
  expect(errorOf(`query ${name} { ...${name} ${name}: a } fragment ${name} on A { a }`)).toBeUndefined();
  expect(errorOf(`{ ...${name} ...hasOwnProperty }`)).toBeUndefined();
});

test('leaves a syntax error to validation', () => {
  expect(errorOf('{ a { }')).toBeUndefined();
});

test('accepts the introspection query of tools, with every option', () => {
  const names: (keyof IntrospectionOptions)[] = [
    'descriptions',
    'specifiedByUrl',
    'directiveIsRepeatable',
    'schemaDescription',
    'inputValueDeprecation',
    'oneOf',
  ];
  const all = Object.fromEntries(names.map((name) => [name, true]));
  for (const options of [undefined, all, { ...all, descriptions: false }])
    expect(errorOf(getIntrospectionQuery(options))).toBeUndefined();
});

test('accepts from a gateway what it writes out', () => {
  expect(checkDocument(`{ ${list(2_000, (at) => `a${at}: a`)} }`, writtenOutLimits)).toBeUndefined();
  expect(checkDocument(`{ ${list(40_000, (at) => `a${at}: a`)} }`, writtenOutLimits)).toMatchObject({
    code: 'MAX_TOKENS_LIMIT',
  });
});
