import { parse } from 'graphql';
import type { RandomOperation } from './random-operation.ts';

interface EdgeCase {
  /** Completes "with …". */
  title: string;
  source: string;
  variables?: Record<string, unknown>;
}

/** Operations that executors are likely to get wrong, by supergraph. */
const edgeCases: Record<string, EdgeCase[]> = {
  own: [
    {
      title: 'aliases that are names of keys, and __typename, in nested entities',
      source:
        '{ me { id: username resources { __typename: totalCount nodes { id: title owner { id: username __typename: createdAt resources { totalCount } } } } } }',
    },
    {
      title: 'entities of several types behind an interface',
      source:
        '{ node(id: "id-1") { id ... on User { username resources { totalCount nodes { ...Found } } } ... on Resource { title owner { username } } } nodes(ids: ["id-1", "id-2"]) { ...Found } } fragment Found on Node { __typename id ... on User { createdAt username } ... on Resource { createdAt image { id } owner { createdAt } } }',
    },
    {
      title: 'an interface of which only the type, or only one type, is selected',
      source:
        '{ a: node(id: "id-1") { __typename } b: node(id: "id-2") { ... on User { username } } c: nodes(ids: ["id-3"]) { ... on Resource { owner { username } } } d: nodes(ids: ["id-4"]) { ... on User { sessions: resources { totalCount } } } }',
    },
    {
      title: 'aliases that are names of keys, and __typename, behind an interface',
      source:
        '{ node(id: "id-1") { __typename: id ... on User { id: username resources { id: totalCount } } ... on Resource { id: title owner { id: username __typename: createdAt } } } nodes(ids: ["id-2"]) { ... on User { __typename: username id: createdAt } ... on Resource { __typename: title id: owner { id: username } } } }',
    },
    {
      title: 'an alias that is __typename, in a mutation',
      source: 'mutation { deleteResource(input: { id: "id-1" }) { __typename: deletedResourceId } }',
    },
    {
      title: 'aliases that are names of other root fields, in a mutation',
      source:
        'mutation { createResource: deleteResource(input: { id: "1" }) { deletedResourceId } logout: logoutEverywhere { loggedOut } }',
    },
    {
      title: 'variables named like properties of Object.prototype',
      source:
        'query ($__proto__: Boolean!, $constructor: ID!) { me @include(if: $__proto__) { id } resource(id: $constructor) { id } }',
      variables: JSON.parse('{ "__proto__": true, "constructor": "id-1" }') as Record<string, unknown>,
    },
    {
      title: 'nested fragments on one type, whose fields merge before the fields between them',
      source: `{ resource(id: "1") {
        ... on Resource { ... on Resource { title } version }
        ... on Resource { ... on Resource { description } }
        image { url ... on Image { __typename width } } ... on Resource { image { height } } image { sha256 }
      } }`,
    },
    {
      title: 'a field that a fragment selects again',
      source:
        'mutation { login(input: { username: "a", password: "b" }) { user { id } ...More user { username } } } fragment More on AuthPayload { user { createdAt } }',
    },
  ],
  shop: [
    {
      title: 'aliases that are names of keys, and of what @requires names',
      source:
        '{ product(id: 1) { id: weight weight: sku sku: upc upc: id dimensions { width: unit } brand { code: label depots { code: city } } shipping { amount } stockValue { amount } reviews { id: rating author { email: name favourite { upc: name } } } } }',
    },
    {
      title: 'fields with other arguments than @requires has',
      source:
        '{ product(id: 1) { price(currency: GBP) { amount } stockValue { amount } } featured { price { amount } stockTax } }',
    },
    {
      title: 'an alias that is the name of a field that clients do not see',
      source: '{ product(id: 1) { internal: name margin } }',
    },
    {
      title: 'entities requested by two keys at once, and repeatedly by each',
      source: '{ shelves { brand { depots { holds { weight createdAt } } } } }',
    },
    {
      title: 'entities that repeat at several levels',
      source:
        '{ warehouse { holds(first: 3) { related { stockValue { currency } price { amount } related { upc reviews { rating } } } } } }',
    },
    {
      title: 'paths through nullable lists',
      source:
        '{ latest { author { friends { owns { name } } } product { reviews { author { owns { warehouses { holds { name } } } } } } } }',
    },
  ],
  media: [
    {
      title: 'one alias for different fields of different types, where some are keys',
      source:
        '{ allMedia { ... on Book { id: title chapters { title: length } } ... on Film { id __typename: minutes } rating } items { ... on Person { id: nick } ... on Chapter { id: title } ... on Film { id: title similar { id: title rating } } } }',
    },
    {
      title: 'an alias that an interface has as a field',
      source:
        '{ beings { id: __typename ... on Person { nick: id fans { id: __typename } } } worst { id: title rating } }',
    },
    {
      title: 'an object without __typename in a fragment on an abstract type',
      source: 'mutation { rate(id: "id-1") { ... on Liked { ... on Rating { comment } stars: __typename } } }',
    },
    {
      title: 'nested fragments on abstract types that share only the type of the object',
      source:
        '{ likes { ... on Book { ... on Titled { title ... on Book { fans { ... on Item { ... on Being { nick } } } } } } } }',
    },
    {
      title: 'inaccessible types',
      source:
        '{ allMedia { id title rating maker { id ... on Person { nick } } similar { title blurb } } worst { id __typename } }',
    },
    {
      title: 'fields of one name whose type differs between object types',
      source:
        '{ media(id: 1) { ... on Book { pages maker { born } } ... on Film { sheets: pages maker { id members { nick } } } } idols { nick fans { nick ... on Band { slogan } } } }',
    },
  ],
  travel: [
    {
      title: 'an aliased __typename in a fragment without a type condition',
      source: '{ trip(number: 8) { maybe { ... on Found { ... { kind: __typename } } } } }',
    },
    {
      title: '@requires on fields that themselves have @requires',
      source:
        'query ($more: Boolean = true) { trips { total fare { vat cents } ... @include(if: $more) { carrier { label licence { by { title } } } rules { __typename } } } }',
      variables: { more: true },
    },
    {
      title: 'nested lists of interfaces of another subgraph',
      source:
        '{ trips { legs { from { name photos { size } } via { name ... on Port { built depth } } } maybe { to { photos(first: 1) { url of { ... on Station { built } } } } } } }',
    },
  ],
};

/** Returns the edge cases over a supergraph, each with `seedCount` seeds, which give it different responses. */
export function edgeCasesOver(
  supergraph: string,
  seedCount: number,
): { title: string; operations: RandomOperation[] }[] {
  return (edgeCases[supergraph] ?? []).map(({ title, source, variables }) => ({
    title,
    operations: Array.from({ length: seedCount }, (_, number) => ({
      seed: `${title} ${number}`,
      source,
      document: parse(source),
      operationName: undefined,
      variables: () => variables,
    })),
  }));
}
