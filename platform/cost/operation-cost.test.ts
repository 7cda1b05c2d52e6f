import { describe, expect, it } from 'vitest';
import { introspectionWeight } from './operation-cost.ts';
import { createCompileDocument } from './testing/compile-document.ts';

const directives = `
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`;

const sdl = `
  ${directives}
  type Query {
    book(id: ID!): Book
    shelf(first: Int, last: Int, filter: Filter): Shelf
      @listSize(slicingArguments: ["first", "last"], assumedSize: 20, sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
    page(input: PageInput, size: Int = 7): [Book] @listSize(slicingArguments: ["input.first", "size"])
    authors: [Author!]! @listSize(assumedSize: 5)
    unsized: [Book]
    node: Node
    nodes(ids: [ID!]!): [Node] @listSize(assumedSize: 100)
    report(format: String @cost(weight: 4)): Report
    _entities(representations: [_Any!]!): [Item]!
  }
  scalar _Any
  union Item = Book | Author
  interface Node { id: ID! }
  type Book implements Node { id: ID! title: String pages: Int @cost(weight: 3) author: Author }
  type Author implements Node @cost(weight: 2) { id: ID! name: String shelf(first: Int, filter: Filter): Shelf
    @listSize(slicingArguments: ["first"], assumedSize: 20, sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false) }
  type Shelf { nodes: [Book!]! edges: [Edge!]! totalCount: Int @cost(weight: 6) info: Info! }
  type Edge { cursor: String! node: Book! }
  type Info { hasMore: Boolean! }
  type Report @cost(weight: 50) { text: String }
  input Filter { search: String @cost(weight: 9) all: [Filter!] not: Filter plain: Int }
  input PageInput { first: Int }
`;
const compileDocument = createCompileDocument(sdl);

const costOf = (source: string, variables?: Record<string, unknown>): number => compileDocument(source).cost(variables);

describe('the cost of an operation', () => {
  it.each([
    ['an object costs 1, its leaves nothing', '{ book(id: 1) { id title } }', 1],
    ['@cost on a field counts in place of its type', '{ book(id: 1) { pages } }', 1 + 3],
    ['@cost on a type', '{ book(id: 1) { author { name } } }', 1 + 2],
    ['__typename costs nothing', '{ __typename book(id: 1) { __typename } }', 1],
    ['introspection has a weight of its own', '{ __schema { types { fields { name } } } }', introspectionWeight],
    ['a list has its assumed size', '{ authors { name } }', 5 * 2],
    ['a list without a size counts as 20', '{ unsized { title } }', 20],
    ['sized fields take the size of the field above', '{ shelf(first: 3) { nodes { title } } }', 1 + 3],
    [
      'other fields beside them count once',
      '{ shelf(first: 3) { nodes { title } totalCount info { hasMore } } }',
      1 + 3 + 6 + 1,
    ],
    [
      'lists multiply along the path',
      '{ shelf(first: 3) { edges { node { author { shelf(first: 4) { nodes { pages } } } } } } }',
      1 + 3 * (1 + 1 + 2 + 1 + 4 * (1 + 3)),
    ],
    ['without a slicing argument, the assumed size counts', '{ shelf { nodes { id } } }', 1 + 20],
    ['null counts as not given', '{ shelf(first: null) { nodes { id } } }', 1 + 20],
    ['of two slicing arguments, the larger counts', '{ shelf(first: 2, last: 5) { nodes { id } } }', 1 + 5],
    ['a negative size counts as none', '{ shelf(first: -5) { nodes { id } } }', 1],
    ['a slicing argument may be inside an input object', '{ page(input: { first: 4 }, size: 1) { id } }', 4],
    ['the default of a slicing argument counts', '{ page { id } }', 7],
    ['aliases count each', '{ a: book(id: 1) { id } b: book(id: 2) { id } }', 2],
    ['an argument with a weight counts where it is given', '{ report(format: "pdf") { text } }', 50 + 4],
    ['an argument that is null does not', '{ report(format: null) { text } }', 50],
    [
      'input fields count where they are given, at any depth',
      '{ shelf(first: 1, filter: { search: "a", all: [{ search: "b" }, { plain: 1 }], not: { search: null } }) { info { hasMore } } }',
      1 + 1 + 9 + 9,
    ],
    [
      '@skip and @include count by value',
      '{ a: book(id: 1) @skip(if: true) { id } b: book(id: 1) @include(if: false) { id } c: book(id: 1) @include(if: true) { id } ... @skip(if: true) { authors { id } } }',
      1,
    ],
    [
      'the most expensive type of an interface counts',
      '{ node { id ... on Book { pages } ... on Author { shelf(first: 9) { nodes { id } } } } }',
      1 + 1 + 9,
    ],
    [
      'fragments on an interface count in each type',
      '{ node { ... on Node { ... on Book { author { id } } } ... on Book { pages } } }',
      1 + 2 + 3,
    ],
    ['nodes count by id', '{ nodes(ids: ["a", "b", "a"]) { id ... on Book { pages } } }', 3 * (1 + 3)],
    ['no ids find no nodes', '{ nodes(ids: []) { id ... on Book { pages } } }', 0],
    [
      'entities count by representation',
      '{ _entities(representations: [{}, {}, {}]) { ... on Book { pages } ... on Author { name } } }',
      3 * (1 + 3),
    ],
  ])('%s', (_, source, cost) => {
    expect(costOf(source)).toBe(cost);
  });

  it.each<[string, string, Record<string, unknown> | undefined, number]>([
    ['a size', 'query ($n: Int) { shelf(first: $n) { nodes { pages } } }', { n: 10 }, 1 + 10 * 4],
    ['its default', 'query ($n: Int = 8) { shelf(first: $n) { nodes { id } } }', {}, 1 + 8],
    ['null in place of its default', 'query ($n: Int = 8) { shelf(first: $n) { nodes { id } } }', { n: null }, 1 + 20],
    ['a missing variable', 'query ($n: Int) { shelf(first: $n) { nodes { id } } }', undefined, 1 + 20],
    ['a missing variable in an argument with a default', 'query ($n: Int) { page(size: $n) { id } }', {}, 7],
    ['a negative number', 'query ($n: Int) { shelf(first: $n) { nodes { id } } }', { n: -7 }, 1],
    ['no number', 'query ($n: Int) { shelf(first: $n) { nodes { id } } }', { n: 'many' }, 1 + 20],
    ['not even a number', 'query ($n: Int) { shelf(first: $n) { nodes { id } } }', { n: Number.NaN }, 1 + 20],
    [
      'a property of a prototype',
      'query ($constructor: Int) { shelf(first: $constructor) { nodes { id } } }',
      {},
      1 + 20,
    ],
    [
      '__proto__ as a name',
      'query ($__proto__: Int) { shelf(first: $__proto__) { nodes { id } } }',
      JSON.parse('{ "__proto__": 3 }'),
      1 + 3,
    ],
    [
      'a variable inside an input object',
      'query ($n: Int) { page(input: { first: $n }, size: 1) { id } }',
      { n: 6 },
      6,
    ],
    [
      'conditions that hold',
      'query ($x: Boolean!) { authors @include(if: $x) { id } book(id: 1) @skip(if: $x) { id } }',
      { x: true },
      10,
    ],
    [
      'conditions that do not',
      'query ($x: Boolean!) { authors @include(if: $x) { id } book(id: 1) @skip(if: $x) { id } }',
      { x: false },
      1,
    ],
    [
      'input fields',
      'query ($f: Filter) { shelf(first: 0, filter: $f) { info { hasMore } } }',
      { f: { all: [{ search: 'x' }, { not: { search: 'y' } }] } },
      2 + 18,
    ],
    [
      'representations',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Book { id } } }',
      { r: Array(40).fill({}) },
      40,
    ],
    [
      'ids of nodes',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Book { pages } } }',
      { ids: Array(7).fill('a') },
      28,
    ],
    ['a variable in a list of ids', 'query ($id: ID!) { nodes(ids: ["a", $id]) { id } }', { id: 'b' }, 2],
    ['a single id for a list', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: 'a' }, 1],
    ['ids that are missing', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {}, 100],
    [
      'sizes in a fragment, with the list of each spread',
      'query ($a: Int, $b: Int) { x: shelf(first: $a) { ...F } y: shelf(first: $b) { ...F } } fragment F on Shelf { nodes { id } }',
      { a: 2, b: 30 },
      2 + 32,
    ],
  ])('counts variables by value: %s', (_, source, variables, cost) => {
    expect(costOf(source, variables)).toBe(cost);
  });

  it('stays a number that JSON has, however large it would be', () => {
    const nested = (n: number): string =>
      n === 0 ? 'id' : `author { shelf(first: $n) { nodes { ${nested(n - 1)} } } }`;
    const source = `query ($n: Int) { book(id: 1) { ${nested(60)} } }`;
    expect(costOf(source, { n: 1e308 })).toBe(Number.MAX_SAFE_INTEGER);
    expect(costOf(source.replaceAll('$n', '2147483647').replace('(2147483647: Int)', ''))).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it('counts a fragment wherever it is spread, and compiles it once', () => {
    const levels = 40;
    const fragments = Array.from(
      { length: levels },
      (_, n) => `fragment F${n} on Book { a: author { id } ...F${n + 1} ...F${n + 1} }`,
    );
    const source = (size: string) =>
      `query ($n: Int) { page(size: ${size}) { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Book { author { shelf(first: $n) { totalCount } } }`;
    // Each level adds 2 for its author, and twice what is below it.
    const each = 2 * (2 ** levels - 1) + 2 ** levels * (2 + 1 + 6);
    expect(costOf(source('1'), { n: 1 })).toBe(1 + each);
    expect(costOf(source('$n'), { n: 2 })).toBe(2 * (1 + each));
  });

  it('compiles a selection of an abstract type once for each of its types', () => {
    const nested = (n: number): string => (n === 0 ? 'id' : `... on Node { ...on Item { ${nested(n - 1)} } }`);
    expect(costOf(`query ($n: Int) { node { ${nested(50)} } page(size: $n) { id } }`, { n: 2 })).toBe(1 + 2);
  });

  it('counts a field nodes without a list of ids as declared', () => {
    const other = `type Query { nodes(ids: Int): [Int] @listSize(slicingArguments: ["ids"]) a: A } type A { nodes(ids: [ID!]): [A] @listSize(assumedSize: 9) }`;
    const { cost } = createCompileDocument(`${directives} ${other}`)('{ a { nodes(ids: ["a", "b"]) { __typename } } }');
    expect(cost({})).toBe(1 + 9);
    const sized = `type Query { nodes(ids: Int): [A] @listSize(slicingArguments: ["ids"]) } type A { a: Int }`;
    expect(createCompileDocument(`${directives} ${sized}`)('{ nodes(ids: 3) { a } }').cost({})).toBe(3);
  });

  it('does not keep the document', () => {
    const source = `query ($n: Int) { shelf(first: $n, filter: { search: "${'x'.repeat(1_000)}" }) { nodes { id } } }`;
    const compiled = compileDocument(source);
    expect(compiled.sizeBytes).toBeLessThan(5_000);
    expect(compiled.cost({ n: 3 })).toBe(1 + 3 + 9);
  });
});
