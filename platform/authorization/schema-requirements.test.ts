import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Requirement } from './requirement.ts';
import { readRequirements } from './schema-requirements.ts';

const subgraph = (sdl: string, imports = '"@authenticated", "@requiresScopes", "@policy"') =>
  readRequirements(
    parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])
      ${sdl}
    `).definitions,
  );

/** A supergraph as composition printed it before it checked access to what fields depend on. */
const supergraph = (sdl: string) =>
  readRequirements(
    parse(`
      schema
        @link(url: "https://specs.apollo.dev/link/v1.0")
        @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
        @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
        @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
        @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
      { query: Query }
      ${sdl}
    `).definitions,
  );

const authenticated: Requirement = { scopes: [], policies: [] };
const scopes = (...names: string[]): Requirement => ({ scopes: names.map((name) => [[name]]), policies: [] });

describe('the requirement of a field', () => {
  test('is nothing without a directive', () => {
    const { ofField, ofType, all } = subgraph('type Query { a: Int }');
    expect([ofField('Query', 'a'), ofField('Query', 'b'), ofField('Nothing', 'a'), ofType('Query')]).toEqual(
      Array(4).fill(undefined),
    );
    expect(all()).toEqual([]);
  });

  test('stands at the field', () => {
    const { ofField } = subgraph(`type Query {
      a: Int @authenticated
      b: Int @requiresScopes(scopes: [["x", "y"], ["z"]])
      c: Int @policy(policies: [["p"], ["q", "r"]])
    }`);
    expect(ofField('Query', 'a')).toEqual(authenticated);
    expect(ofField('Query', 'b')).toEqual({ scopes: [[['x', 'y'], ['z']]], policies: [] });
    expect(ofField('Query', 'c')).toEqual({ scopes: [], policies: [[['p'], ['q', 'r']]] });
  });

  test('includes what its object’s and its value’s type require', () => {
    const { ofField, ofType } = subgraph(`
      type Query { secret: [Secret!]! code: Code }
      type Secret @requiresScopes(scopes: ["x"]) { id: ID kind: Kind @requiresScopes(scopes: [["y"]]) }
      enum Kind @requiresScopes(scopes: [["z"]]) { A }
      scalar Code @authenticated
    `);
    expect(ofField('Query', 'secret')).toEqual(scopes('x'));
    expect(ofField('Query', 'code')).toEqual(authenticated);
    expect(ofField('Secret', 'id')).toEqual(scopes('x'));
    expect(ofField('Secret', 'kind')).toEqual(scopes('x', 'y', 'z'));
    expect([ofField('Secret', '__typename'), ofType('Secret')]).toEqual([scopes('x'), scopes('x')]);
  });

  test('stands in extensions', () => {
    const { ofField } = subgraph(`
      type Query { a: A }
      type A { id: ID }
      extend type A @requiresScopes(scopes: [["x"]]) { name: String @requiresScopes(scopes: [["y"]]) }
    `);
    expect([ofField('A', 'id'), ofField('A', 'name')]).toEqual([scopes('x'), scopes('x', 'y')]);
  });

  test('is the same object for the same conditions in another order', () => {
    const { ofField, all } = subgraph(`type Query {
      a: Int @authenticated @requiresScopes(scopes: [["x", "y"], ["z"]])
      b: Int @requiresScopes(scopes: [["z"], ["y", "x"]]) @authenticated
    }`);
    expect(ofField('Query', 'a')).toBe(ofField('Query', 'b'));
    expect(all()).toEqual([ofField('Query', 'a')]);
  });

  test('is found under other names of the directives', () => {
    const { ofField } = subgraph(
      'type Query { a: Int @login b: Int @federation__policy(policies: [["p"]]) c: Int @authenticated }',
      '{ name: "@authenticated", as: "@login" }',
    );
    expect(ofField('Query', 'a')).toEqual(authenticated);
    expect(ofField('Query', 'b')).toEqual({ scopes: [], policies: [[['p']]] });
    expect(ofField('Query', 'c')).toBeUndefined();
  });
});

describe('in a supergraph of an older composition', () => {
  const abstract = `
    type Query { node: Node search: [Result] }
    interface Node @requiresScopes(scopes: [["node"]]) { id: ID name: String @requiresScopes(scopes: [["node:name"]]) }
    interface Named { name: String }
    type A implements Node & Named { id: ID name: String other: Int }
    type B implements Named { name: String @requiresScopes(scopes: [["b"]]) }
    union Result = A | B
  `;

  test('an interface’s field requires what the field of any of its objects requires', () => {
    const { ofField } = supergraph(abstract);
    expect(ofField('Named', 'name')).toEqual(scopes('b', 'node', 'node:name'));
    expect(ofField('B', 'name')).toEqual(scopes('b'));
  });

  test('an object’s field requires what the interfaces say that declare it', () => {
    const { ofField } = supergraph(abstract);
    expect(ofField('A', 'name')).toEqual(scopes('node', 'node:name'));
    expect(ofField('A', 'id')).toEqual(scopes('node'));
    expect(ofField('A', 'other')).toBeUndefined();
  });

  test('a field of an interface type requires what the types of its objects require', () => {
    const { ofField } = supergraph(`
      type Query { named: Named }
      interface Named { name: String }
      type A implements Named @authenticated { name: String }
    `);
    expect([ofField('Query', 'named'), ofField('Named', 'name')]).toEqual([authenticated, authenticated]);
  });

  test('a field requires what the fields need that are fetched for it', () => {
    const { ofField } = supergraph(`
      type Query { a: A }
      type A {
        id: ID
        secret: String @requiresScopes(scopes: [["secret"]])
        inner: Inner
        derived: String @join__field(graph: B, requires: "secret inner { key ... on Inner { value } }")
        again: String @join__field(graph: C, requires: "derived")
        id2: ID @join__field(graph: B, requires: "id")
      }
      type Inner { key: ID value: Int @requiresScopes(scopes: [["value"]]) }
    `);
    expect(ofField('A', 'derived')).toEqual(scopes('secret', 'value'));
    expect(ofField('A', 'again')).toEqual(scopes('secret', 'value'));
    expect(ofField('A', 'id2')).toBeUndefined();
  });

  test('a field requires what the fields need that it gets from a context', () => {
    const { ofField } = supergraph(`
      type Query { a: A }
      type A @context(name: "B__a") { secret: String @authenticated b: B }
      type B {
        derived: String @join__field(graph: B, contextArguments: [
          { context: "B__a", name: "secret", type: "String", selection: "{ secret }" }
        ])
      }
    `);
    expect(ofField('B', 'derived')).toEqual(authenticated);
  });

  test('fields that are fetched for each other require the same, whichever is read first', () => {
    const sdl = `
      type Query { named: Named }
      interface Named { name: String }
      type A implements Named {
        peer: Named
        name: String @join__field(graph: B, requires: "peer { name }") @requiresScopes(scopes: [["a"]])
      }
      type B implements Named { name: String @requiresScopes(scopes: [["b"]]) }
    `;
    const [first, second] = [supergraph(sdl), supergraph(sdl)];
    expect([first.ofField('A', 'name'), first.ofField('Named', 'name')]).toEqual([scopes('a', 'b'), scopes('a', 'b')]);
    expect([second.ofField('Named', 'name'), second.ofField('A', 'name')]).toEqual([
      scopes('a', 'b'),
      scopes('a', 'b'),
    ]);
  });
});
