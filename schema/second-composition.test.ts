import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { composeServices, transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildASTSchema, buildSchema, type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The order of types and fields is each library's own; everything else is compared, descriptions too. */
const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

/** The same subgraphs, composed by another library than Apollo's. */
function composeAgain(): string {
  const graphs = [...read('supergraph.graphql').matchAll(/@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g)];
  const services = graphs.map(([, name = '', url = '']) => ({ name, url, typeDefs: parse(read(`${name}.graphql`)) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const api = printed(buildSchema(read('api.graphql')));

test('another composition library makes the same API of the subgraphs', () => {
  const again = transformSupergraphToPublicSchema(parse(composeAgain()));
  expect(printed(buildASTSchema(again))).toBe(api);
});

test("Apollo's library reads the same API out of the other one's supergraph", () => {
  const schema = Supergraph.build(composeAgain()).apiSchema().toGraphQLJSSchema();
  expect(printed(schema)).toBe(api);
});

test("and the other one out of Apollo's", () => {
  const schema = transformSupergraphToPublicSchema(parse(read('supergraph.graphql')));
  expect(printed(buildASTSchema(schema))).toBe(api);
});
