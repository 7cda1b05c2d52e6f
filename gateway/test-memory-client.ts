import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { ExecuteInMemory } from '../runtime/graphql-server.ts';
import { captureLog } from '../tests/captured-log.ts';
import { type Asking, someClient } from '../tests/subgraph-client.ts';
import { createMemoryTransport } from './memory-transport.ts';
import { createSubgraphClient } from './subgraph-client.ts';

/** A client before a subgraph in this process, and its log. */
export function createMemoryClient(
  execute: ExecuteInMemory,
  { timeoutMs = 10_000, mutationTimeoutMs = 10_000 }: { timeoutMs?: number; mutationTimeoutMs?: number } = {},
) {
  const { log, lines } = captureLog();
  const transport = createMemoryTransport(execute);
  const client = createSubgraphClient({ name: 'things', transport, timeoutMs, mutationTimeoutMs }, log);
  const ask = ({ query = '{ first second }', variables = {}, authorization, clientGone, asker }: Asking = {}) =>
    client.process({
      kind: GraphQLDataSourceRequestKind.LOADING_SCHEMA,
      request: { query, variables },
      context: {
        authorization,
        requestId: 'r-1',
        clientGone: clientGone ?? new AbortController().signal,
        client: asker ?? (() => someClient),
      },
    });
  return { ask, log: lines };
}

/** What is answered where `first` and `second` cannot be asked for. */
export const unavailable = {
  errors: ['first', 'second'].map((field) => ({
    message: 'This part of the system cannot be asked just now: try again.',
    path: [field],
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  })),
};
