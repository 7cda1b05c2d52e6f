import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { ExecuteInProcess } from '../../platform/graphql/server.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { type ClientRequest, someClient, thingsSchema } from '../../tests/support/subgraphs/subgraph-client.ts';
import { createInProcessTransport } from '../subgraphs/in-process-transport.ts';
import { createSubgraphClient, type SubgraphSettings } from '../subgraphs/subgraph-client.ts';

/** Creates a subgraph client with the in-process transport, and captures its log. */
export function createInProcessClient(execute: ExecuteInProcess, settings: Partial<SubgraphSettings> = {}) {
  const { log, lines } = captureLog();
  const transport = createInProcessTransport(execute);
  const defaults = { name: 'things', transport, timeoutMs: 10_000, mutationTimeoutMs: 10_000 };
  const client = createSubgraphClient({ ...defaults, ...settings }, { log, schema: thingsSchema });
  const send = ({
    query = '{ first second }',
    variables = {},
    authorization,
    clientGone,
    getClient,
  }: ClientRequest = {}) =>
    client.process({
      kind: GraphQLDataSourceRequestKind.LOADING_SCHEMA,
      request: { query, variables },
      context: {
        authorization,
        requestId: 'r-1',
        clientGone: clientGone ?? new AbortController().signal,
        client: getClient ?? (() => someClient),
      },
    });
  return { send, log: lines };
}

/** The response when the subgraph of `first` and `second` is unavailable. */
export const unavailable = {
  errors: ['first', 'second'].map((field) => ({
    message: 'This part of the API is temporarily unavailable: try again.',
    path: [field],
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  })),
};
