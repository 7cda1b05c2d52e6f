import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { authorizationSpecifications } from '../../platform/authorization/directive-requirements.ts';
import { withoutSpecifications } from '../../platform/federation/without-specifications.ts';
import { measureHeap } from '../../platform/testing/heap.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createHttpTransport } from '../subgraphs/http-transport.ts';
import { createSubgraphClient } from '../subgraphs/subgraph-client.ts';
import { createCompiledExecutor } from './compiled-executor.ts';
import { composeSupergraph } from './differential/supergraphs/compose.ts';
import { resolveConditions } from './preprocessing/conditions.ts';
import { answerIntrospection } from './preprocessing/introspection.ts';

const { log } = captureLog('silent');

/** Prepares request bodies as for HTTP, and answers by itself. */
const createExecutor = (supergraphSdl: string) => {
  const schema = buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true });
  return resolveConditions(
    answerIntrospection(
      createCompiledExecutor({
        supergraphSdl,
        logger: log,
        buildService: ({ name }) => {
          const transport = createHttpTransport('http://127.0.0.1:9/graphql');
          const client = createSubgraphClient(
            { name, transport, timeoutMs: 1_000, mutationTimeoutMs: 1_000 },
            { log, schema },
          );
          const empty = async () => ({ data: {} });
          return {
            process: empty,
            prepare: (operation) => Object.assign(() => empty(), { send: client.prepare(operation) }),
          };
        },
      }),
    ),
  );
};

const supergraphSdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
const executor = createExecutor(withoutSpecifications(supergraphSdl, authorizationSpecifications));

/** A supergraph with a field of an interface. */
const withInterface = composeSupergraph('with an interface', {
  auth: `
    type Query { me: User node: Node }
    interface Node { id: ID! }
    type User implements Node { id: ID! username: String! }
    type Group implements Node { id: ID! title: String! }
  `,
});

const many = (field: (index: number) => string, length: number) => {
  let fields = '';
  for (let index = 0; fields.length < length; index++) fields += `${field(index)} `;
  return fields;
};

const conditionVariables = '($v0: Boolean!, $v1: Boolean!, $v2: Boolean!, $v3: Boolean!)';
const manyConditions = (document: number) =>
  many((index) => `a${document}x${index}: me @include(if: $v${index % 4}) { id username }`, 9_000);
const allSettings = Array.from({ length: 16 }, (_, bits) =>
  Object.fromEntries([0, 1, 2, 3].map((index) => [`v${index}`, ((bits >> index) & 1) === 1])),
);

test.each<[string, { count: number; source: (index: number) => string; variables?: object[] }]>([
  [
    'a usual query',
    {
      count: 200,
      source: (index) =>
        `query Q${index}($first: Int) { me { id username } resources(first: $first) { nodes { id title owner { id username } image { url } } } }`,
    },
  ],
  [
    'aliases that collide',
    {
      count: 200,
      source: (index) =>
        `{ me { id: username a${index}: id __typename: createdAt resources { totalCount: __typename nodes { id: title title: id } } } }`,
    },
  ],
  [
    'many aliases that collide',
    {
      count: 10,
      source: (n) => `{ resources { nodes { ${many((i) => `__a${n}x${i}: title`, 13_000)} } } }`,
    },
  ],
  [
    'conditions that leave nothing selected, or are null',
    {
      count: 100,
      source: (n) =>
        `query ($a: Boolean = true) { a${n}: me { id resources { nodes { title @include(if: $a) } } } ${many((i) => `b${i}: me { id @include(if: $a) }`, 300)} }`,
      variables: [{ a: true }, { a: false }, { a: null }],
    },
  ],
  ['one small field', { count: 300, source: (index) => `{ a${index}: me { id } }` }],
  [
    'many fields of one object',
    { count: 10, source: (n) => `{ resources { nodes { ${many((i) => `a${n}x${i}: title`, 13_000)} } } }` },
  ],
  ['many root fields', { count: 10, source: (n) => `{ ${many((i) => `a${n}x${i}: me { id }`, 13_000)} }` }],
  [
    'many fields in both subgraphs',
    {
      count: 4,
      source: (n) => `{ ${many((i) => `a${n}x${i}: resources { nodes { id owner { username } } }`, 13_000)} }`,
    },
  ],
  [
    'conditions',
    {
      count: 50,
      source: (n) =>
        `query ($a: Boolean!, $b: Boolean!) { a${n}: me @include(if: $a) { id username } resources { totalCount @skip(if: $b) nodes { id title @include(if: $b) } } }`,
      variables: [
        { a: true, b: true },
        { a: true, b: false },
        { a: false, b: true },
        { a: false, b: false },
      ],
    },
  ],
  [
    'all settings of the conditions of many root fields',
    {
      count: 3,
      source: (n) => `query ${conditionVariables} { ${manyConditions(n)} }`,
      variables: allSettings,
    },
  ],
  [
    'introspection beside another field',
    { count: 300, source: (n) => `{ a${n}: __schema { types { name } } b${n}: me { id } }` },
  ],
  ['introspection', { count: 300, source: (n) => `{ a${n}: __schema { types { name fields { name } } } }` }],
])('estimates the heap that a prepared operation holds: %s', { timeout: 120_000 }, async (_, operations) => {
  expectEstimate(await measureHeap(executor, operations));
});

test('estimates the heap that a prepared operation holds: all settings of the conditions beside an interface', {
  timeout: 120_000,
}, async () => {
  const estimate = await measureHeap(createExecutor(withInterface.sdl), {
    count: 3,
    source: (n) => `query ${conditionVariables} { node { id ... on User { username } } ${manyConditions(n)} }`,
    variables: allSettings,
  });
  expectEstimate(estimate);
});

function expectEstimate({ actual, estimated }: { actual: number; estimated: number }): void {
  // An estimate that is too high costs room in the cache; one that is too low would break its bound.
  expect(estimated).toBeGreaterThan(actual);
  expect(estimated).toBeLessThan(actual * 5);
}
