import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measureHeap } from '../../platform/testing/heap.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createHttpTransport } from '../subgraphs/http-transport.ts';
import { createSubgraphClient } from '../subgraphs/subgraph-client.ts';
import { createCompiledExecutor } from './compiled-executor.ts';

const { log } = captureLog('silent');
const supergraphSdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');

/** Prepares request bodies as for HTTP, and answers by itself. */
const executor = createCompiledExecutor({
  supergraphSdl,
  logger: log,
  buildService: ({ name }) => {
    const transport = createHttpTransport('http://127.0.0.1:9/graphql');
    const client = createSubgraphClient({ name, transport, timeoutMs: 1_000, mutationTimeoutMs: 1_000 }, log);
    const empty = async () => ({ data: {} });
    return {
      process: empty,
      prepare: (operation) => Object.assign(() => empty(), { send: client.prepare(operation) }),
    };
  },
});

const many = (field: (index: number) => string, length: number) => {
  let fields = '';
  for (let index = 0; fields.length < length; index++) fields += `${field(index)} `;
  return fields;
};

test.each<[string, { count: number; source: (index: number) => string; variables?: object[] }]>([
  [
    'a usual query',
    {
      count: 200,
      source: (index) =>
        `query Q${index}($first: Int) { me { id username } resources(first: $first) { nodes { id title owner { id username } image { url } } } }`,
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
  ['introspection', { count: 100, source: (n) => `{ a${n}: __schema { types { name fields { name } } } }` }],
])('estimates the heap that a prepared operation holds: %s', { timeout: 120_000 }, async (_, operations) => {
  const { actual, estimated } = await measureHeap(executor, operations);
  // An estimate that is too high costs room in the cache; one that is too low would break its bound.
  expect(estimated).toBeGreaterThan(actual * 0.8);
  expect(estimated).toBeLessThan(actual * 5);
});
