import { composeServices as composeByApollo } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { buildSchema, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readCostDirectives } from './directives.ts';

const size = '(slicingArguments: ["first"], assumedSize: 20, sizedFields: ["nodes"], requireOneSlicingArgument: false)';

/** A subgraph that imports directives, and uses them under these names. */
function subgraph(imports: string, { cost, listSize }: { cost: string; listSize: string }): string {
  return `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imports})
    type Query { books(first: Int): Books ${listSize && `${listSize}${size}`} }
    type Books { nodes: [Book!]! }
    type Book @key(fields: "id") { id: ID! pages: Int ${cost && `${cost}(weight: 5)`} }
  `;
}

const subgraphs = {
  imported: subgraph('["@key", "@cost", "@listSize"]', { cost: '@cost', listSize: '@listSize' }),
  renamed: subgraph('["@key", { name: "@cost", as: "@price" }, { name: "@listSize", as: "@size" }]', {
    cost: '@price',
    listSize: '@size',
  }),
  prefixed: subgraph('["@key"]', { cost: '@federation__cost', listSize: '@federation__listSize' }),
};

function read(schema: GraphQLSchema) {
  const { weightOf, listSizeOf } = readCostDirectives(schema);
  const field = (type: string, name: string) => {
    const found = schema.getType(type);
    return isObjectType(found) ? (found.getFields()[name] ?? {}) : {};
  };
  return { weight: weightOf(field('Book', 'pages')), listSize: listSizeOf(field('Query', 'books')) };
}

const expected = {
  weight: 5,
  listSize: { assumedSize: 20, slicingArguments: ['first'], sizedFields: ['nodes'] },
};

describe('@cost and @listSize', () => {
  it.each(Object.entries(subgraphs))('are read from a subgraph: %s', (_, sdl) => {
    expect(read(buildSubgraphSchema(parse(sdl)))).toEqual(expected);
  });

  it.each(
    Object.entries(subgraphs).flatMap(([name, sdl]) =>
      Object.entries({ composeByApollo, composeByGuild }).map(([by, compose]) => [name, by, sdl, compose] as const),
    ),
  )('are read from the supergraph of a subgraph: %s, %s', (_, _by, sdl, compose) => {
    const { supergraphSdl } = compose([{ name: 'books', url: 'http://books', typeDefs: parse(sdl) }]) as {
      supergraphSdl?: string;
    };
    expect(supergraphSdl).toBeDefined();
    expect(read(buildSchema(supergraphSdl ?? '', { assumeValidSDL: true }))).toEqual(expected);
  });

  const definitions = `
    directive @link(url: String, as: String, import: [link__Import]) repeatable on SCHEMA
    scalar link__Import
    directive @NAME(weight: Int!) on FIELD_DEFINITION
    directive @SIZE(slicingArguments: [String!], assumedSize: Int, sizedFields: [String!], requireOneSlicingArgument: Boolean) on FIELD_DEFINITION
    type Query { books(first: Int): Books @SIZE${size} }
    type Books { nodes: [Book!]! }
    type Book { pages: Int @NAME(weight: 5) }
  `;
  it.each([
    ['under the names of the specification without a link', '', 'cost', 'listSize'],
    ['with @listSize imported alone', 'import: ["@listSize"]', 'cost', 'listSize'],
    ['with nothing imported', 'for: null', 'cost', 'cost__listSize'],
    ['with a name for the whole specification', 'as: "price"', 'price', 'price__listSize'],
    ['with both renamed', 'import: [{ name: "@cost", as: "@w" }, { name: "@listSize", as: "@l" }]', 'w', 'l'],
  ])('are read %s', (_, link, cost, listSize) => {
    const schema = link && `schema @link(url: "https://specs.apollo.dev/cost/v0.1", ${link}) { query: Query }`;
    const sdl = `${schema} ${definitions.replaceAll('NAME', cost).replaceAll('SIZE', listSize)}`;
    expect(read(buildSchema(sdl, { assumeValidSDL: true }))).toEqual(expected);
  });

  it('are not read from directives of the same name that another specification defines', () => {
    const sdl = `
      schema @link(url: "https://specs.apollo.dev/cost/v0.1", as: "price") { query: Query }
      ${definitions.replaceAll('NAME', 'cost').replaceAll('SIZE', 'listSize')}
    `;
    expect(read(buildSchema(sdl, { assumeValidSDL: true }))).toEqual({ weight: undefined, listSize: undefined });
  });

  it('take a weight as text, as the specification has it', () => {
    const sdl = `directive @cost(weight: String!) on FIELD_DEFINITION
      type Query { book: Book }
      type Book { pages: Int @cost(weight: "5") }`;
    expect(read(buildSchema(sdl)).weight).toBe(5);
  });
});
