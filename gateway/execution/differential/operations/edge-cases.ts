import { parse } from 'graphql';
import type { RandomOperation } from './random-operation.ts';

/** Operations that are hard to answer as the stock executor does, so that they are not left to chance. By supergraph. */
const sources: Record<string, { what: string; source: string; variables?: Record<string, unknown> }[]> = {
  own: [
    {
      what: 'a variable that is named as the prototype of every object',
      source:
        'query ($__proto__: Boolean!, $constructor: ID!) { me @include(if: $__proto__) { id } resource(id: $constructor) { id } }',
      variables: JSON.parse('{ "__proto__": true, "constructor": "id-1" }') as Record<string, unknown>,
    },
    {
      what: 'fragments on the same type, whose fields come together before what stands between them',
      source: `{ resource(id: "1") {
        ... on Resource { ... on Resource { title } version }
        ... on Resource { ... on Resource { description } }
        image { url ... on Image { __typename width } } ... on Resource { image { height } } image { sha256 }
      } }`,
    },
    {
      what: 'fields that come together after a fragment has more of them',
      source:
        'mutation { login(input: { username: "a", password: "b" }) { user { id } ...More user { username } } } fragment More on AuthPayload { user { createdAt } }',
    },
    {
      what: 'a condition that is null, which validation lets through',
      source:
        'query ($when: Boolean = true) { __typename @skip(if: $when) resources { nodes { owner @include(if: $when) { username } } } }',
      variables: { when: null },
    },
  ],
  shop: [
    {
      what: 'entities that are asked for by two keys at once, and more than once by each',
      source: '{ shelves { brand { depots { holds { weight createdAt } } } } }',
    },
    {
      what: 'the same entities again and again',
      source:
        '{ warehouse { holds(first: 3) { related { stockValue { currency } price { amount } related { upc reviews { rating } } } } } }',
    },
    {
      what: 'paths through lists that may be none',
      source:
        '{ latest { author { friends { owns { name } } } product { reviews { author { owns { warehouses { holds { name } } } } } } } }',
    },
  ],
  media: [
    {
      what: 'an object without a type name in a fragment on an abstract type',
      source: 'mutation { rate(id: "id-1") { ... on Liked { ... on Rating { comment } stars: __typename } } }',
    },
    {
      what: 'fragments on abstract types in each other, which have nothing in common but what is at hand',
      source:
        '{ likes { ... on Book { ... on Titled { title ... on Book { fans { ... on Item { ... on Being { nick } } } } } } } }',
    },
    {
      what: 'types that clients do not see',
      source:
        '{ allMedia { id title rating maker { id ... on Person { nick } } similar { title blurb } } worst { id __typename } }',
    },
    {
      what: 'fields of the same name and other types in each type',
      source:
        '{ media(id: 1) { ... on Book { pages maker { born } } ... on Film { sheets: pages maker { id members { nick } } } } idols { nick fans { nick ... on Band { slogan } } } }',
    },
  ],
  travel: [
    {
      what: 'a type name by another name, in a fragment without a type',
      source: '{ trip(number: 8) { maybe { ... on Found { ... { kind: __typename } } } } }',
    },
    {
      what: 'what is required of what is required',
      source:
        'query ($more: Boolean = true) { trips { total fare { vat cents } ... @include(if: $more) { carrier { label licence { by { title } } } rules { __typename } } } }',
      variables: { more: true },
    },
    {
      what: 'lists in lists of interfaces from elsewhere',
      source:
        '{ trips { legs { from { name photos { size } } via { name ... on Port { built depth } } } maybe { to { photos(first: 1) { url of { ... on Station { built } } } } } } }',
    },
  ],
};

/** How often each is run in each mood, with other answers each time. */
const times = 8;

/** The hard operations over a supergraph, each several times. */
export function hardOperations(supergraph: string): { what: string; operations: RandomOperation[] }[] {
  return (sources[supergraph] ?? []).map(({ what, source, variables }) => ({
    what,
    operations: Array.from({ length: times }, (_, time) => ({
      seed: `${what} ${time}`,
      source,
      document: parse(source),
      operationName: undefined,
      variables: () => variables,
    })),
  }));
}
