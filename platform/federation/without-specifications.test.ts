import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { ApolloGateway } from '@apollo/gateway';
import { buildSchema, type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { authorizationSpecifications } from '../authorization/directive-requirements.ts';
import { readLinks, specification } from './linked-directives.ts';
import { withoutSpecifications } from './without-specifications.ts';

const read = (name: string) => readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));
const supergraph = read('supergraph');
const stripped = withoutSpecifications(supergraph, authorizationSpecifications);

describe('a supergraph with directives that only Apollo’s router enforces', () => {
  test('is rejected by Apollo’s gateway and library', async () => {
    const gateway = new ApolloGateway({
      supergraphSdl: supergraph,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await expect(gateway.load({ apollo: {} })).rejects.toThrow('is for: SECURITY but is unsupported');
    expect(() => Supergraph.build(supergraph)).toThrow('is for: SECURITY but is unsupported');
  });

  test('is accepted without them, and has the same API', () => {
    const schema = Supergraph.build(stripped).apiSchema().toGraphQLJSSchema();
    expect(printed(schema)).toBe(printed(buildSchema(read('api'))));
  });
});

test('nothing of the specifications is left, and everything of the others', () => {
  expect(stripped).not.toMatch(/@authenticated|@requiresScopes|@policy|requiresScopes__|policy__|SECURITY\)/);
  const identities = (sdl: string) => readLinks(parse(sdl).definitions).map(({ identity }) => identity);
  expect(identities(stripped)).toEqual(
    identities(supergraph).filter((identity) => !authorizationSpecifications.includes(identity)),
  );
  expect(stripped.match(/@join__field|@listSize|@cost/g)).toEqual(supergraph.match(/@join__field|@listSize|@cost/g));
});

test('other names of the directives are removed as well', () => {
  const sdl = `
    schema
      @link(url: "https://specs.apollo.dev/policy/v0.1", as: "rules", for: SECURITY)
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", import: [{ name: "@authenticated", as: "@login" }])
      @link(url: "https://example.com/policy/v0.1", as: "other")
    { query: Query }
    directive @rules(policies: [[rules__Policy!]!]!) on FIELD_DEFINITION
    directive @login on FIELD_DEFINITION
    scalar rules__Policy
    scalar policy__Policy
    type Query { a: Int @rules(policies: [["p"]]) @login b: Int @policy }
  `;
  const changed = withoutSpecifications(sdl, authorizationSpecifications);
  expect(changed).not.toMatch(/rules|login/);
  expect(changed).toMatch(/example\.com[\s\S]*scalar policy__Policy[\s\S]*b: Int @policy/);
});

test('a supergraph without them stays as it is', () => {
  const sdl = 'type Query { a: Int @policy }';
  expect(withoutSpecifications(sdl, [specification('policy')])).toBe(sdl);
});
