import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { composeServices, transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildASTSchema, buildSchema, type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { authorizationSpecifications } from '../platform/authorization/directive-requirements.ts';
import { withoutSpecifications } from '../platform/federation/without-specifications.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Sorted, because the order of types and fields differs between the libraries. */
const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

/** Composes the subgraphs with The Guild's library instead of Apollo's. */
function composeWithGuild(): string {
  const graphs = [...read('supergraph.graphql').matchAll(/@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g)];
  const services = graphs.map(([, name = '', url = '']) => ({ name, url, typeDefs: parse(read(`${name}.graphql`)) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const api = printed(buildSchema(read('api.graphql')));

test('The Guild’s composition gives the same API', () => {
  const guildApi = transformSupergraphToPublicSchema(parse(composeWithGuild()));
  expect(printed(buildASTSchema(guildApi))).toBe(api);
});

test('Apollo’s library reads the same API from The Guild’s supergraph', () => {
  // Apollo's library rejects the specifications that only Apollo's router enforces.
  const supergraph = withoutSpecifications(composeWithGuild(), authorizationSpecifications);
  const schema = Supergraph.build(supergraph).apiSchema().toGraphQLJSSchema();
  expect(printed(schema)).toBe(api);
});

test('The Guild’s library reads the same API from Apollo’s supergraph', () => {
  const schema = transformSupergraphToPublicSchema(parse(read('supergraph.graphql')));
  expect(printed(buildASTSchema(schema))).toBe(api);
});
