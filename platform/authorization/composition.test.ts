import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readRequirements } from './schema-requirements.ts';

const directives = '"@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext"';
const link = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@external", "@requires", "@interfaceObject", ${directives}]
)`;

const composers = { 'Apollo’s library': composeByApollo, 'The Guild’s library': composeByGuild };

const abstract = (node: string, field: string) => `
  type Query { node: Node }
  interface Node ${node} { id: ID! name: String ${field} }
  type A implements Node { id: ID! name: String }
`;
const entity = (derived: string) => ({
  a: 'type Query { a: A } type A @key(fields: "id") { id: ID! secret: String @authenticated }',
  b: `type A @key(fields: "id") { id: ID! secret: String @external derived: String @requires(fields: "secret") ${derived} }`,
});
const fromContext = `
  type Query { a: A }
  type A @key(fields: "id") @context(name: "a") { id: ID! secret: String @policy(policies: [["p"]]) b: B }
  type B @key(fields: "id") { id: ID! derived(secret: String @fromContext(field: "$a { secret }")): String }
`;

describe.each(Object.entries(composers))('%s', (_, composeServices) => {
  const compose = (sources: Record<string, string>) => {
    const services = Object.entries(sources).map(([name, sdl]) => ({
      ...{ name, url: `http://${name}` },
      typeDefs: parse(link + sdl),
    }));
    const { supergraphSdl, errors } = composeServices(services);
    const codes = errors?.map(({ extensions }) => extensions?.code);
    return codes ?? readRequirements(parse(supergraphSdl ?? '').definitions);
  };
  const authenticated = { scopes: [], policies: [] };

  // GHSA-mx7m-j9xf-62hw: clients selected the fields of the objects instead.
  test.each([
    ['an interface', '@authenticated', ''],
    ['an interface’s field', '', '@requiresScopes(scopes: [["x"]])'],
  ])('rejects a requirement of %s', (__, node, field) => {
    expect(compose({ a: abstract(node, field) })).toEqual(['AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE']);
  });

  test('carries a requirement of an object to the interface', () => {
    const sdl = `
      type Query { node: Node }
      interface Node { id: ID! name: String }
      type A implements Node { id: ID! name: String @authenticated }
      type B implements Node @requiresScopes(scopes: [["b"]]) { id: ID! name: String }
    `;
    const composed = compose({ a: sdl });
    expect(composed).toMatchObject({ ofField: expect.any(Function) });
    if (Array.isArray(composed)) return;
    expect(composed.ofField('Node', 'name')).toEqual({ scopes: [[['b']]], policies: [] });
    expect(composed.ofField('A', 'name')).toEqual(authenticated);
    expect(composed.ofField('A', 'id')).toBeUndefined();
    expect(composed.ofType('Node')).toEqual({ scopes: [[['b']]], policies: [] });
  });

  // GHSA-m8jr-fxqx-8xx6: the gateway fetched the protected field, and the subgraph showed it in another.
  test('rejects a field that needs a protected field, and does not require the same', () => {
    expect(compose(entity(''))).toEqual(['MISSING_TRANSITIVE_AUTH_REQUIREMENTS']);
    expect(compose({ a: fromContext })).toEqual(['MISSING_TRANSITIVE_AUTH_REQUIREMENTS']);
  });

  test('accepts one that requires the same', () => {
    const composed = compose(entity('@authenticated'));
    expect(Array.isArray(composed) ? composed : composed.ofField('A', 'derived')).toEqual(authenticated);
  });
});
