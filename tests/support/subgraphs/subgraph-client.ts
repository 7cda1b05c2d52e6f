import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import { createHttpTransport } from '../../../gateway/subgraphs/http-transport.ts';
import { createSubgraphClient, type SubgraphSettings } from '../../../gateway/subgraphs/subgraph-client.ts';
import type { ClientInfo } from '../../../platform/http/client-info.ts';
import { captureLog } from '../captured-log.ts';
import { listen } from '../http/servers.ts';

/** A request as a subgraph received it. */
export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  body: { query: string; variables?: Record<string, unknown>; [key: string]: unknown };
}

/** A request of the gateway. By default it selects two fields, without a token. */
export interface ClientRequest {
  query?: string;
  variables?: Record<string, unknown>;
  authorization?: string;
  clientGone?: AbortSignal;
  getClient?: () => ClientInfo;
}

/** The default client. */
export const someClient: ClientInfo = { address: '198.51.100.7', userAgent: 'a client/1.0' };

/** The supergraph of the default subgraph. */
export const thingsSchema = buildSchema(`
  scalar Any
  type Query { first: Any second: Any }
  type Mutation { change: Any }
`);

/** Starts a fake subgraph and gives its URL. */
export async function listenAsSubgraph(listener: RequestListener): Promise<string> {
  const server = await listen(listener);
  onTestFinished(() => server.stop());
  return `${server.url}/graphql`;
}

/** Starts a fake subgraph and a client of it. Both stop after the test. */
export async function startClient(
  answer: (res: ServerResponse, received: ReceivedRequest) => void,
  settings: Partial<SubgraphSettings> & { schema?: GraphQLSchema } = {},
  transportTo = (url: string) => createHttpTransport(url),
) {
  const received: ReceivedRequest[] = [];
  const url = await listenAsSubgraph(async (req, res) => {
    const request = { headers: req.headers, body: JSON.parse(await text(req)) as ReceivedRequest['body'] };
    received.push(request);
    answer(res, request);
  });
  return { ...createClient({ url, transport: transportTo(url), ...settings }), url, received };
}

/** Creates a client of the subgraph at `url`, which closes after the test. */
export function createClient({
  url,
  schema = thingsSchema,
  ...timeouts
}: Partial<SubgraphSettings> & { url: string; schema?: GraphQLSchema }) {
  const { log, lines } = captureLog();
  const defaults = { name: 'things', timeoutMs: 10_000, mutationTimeoutMs: 10_000 };
  const settings = { ...defaults, transport: createHttpTransport(url), ...timeouts };
  const client = createSubgraphClient(settings, { log, schema });
  onTestFinished(() => client.close());
  const send = ({ query = '{ first second }', variables, authorization, clientGone, getClient }: ClientRequest = {}) =>
    client.process({
      kind: GraphQLDataSourceRequestKind.LOADING_SCHEMA,
      request: { query, variables: variables ?? {} },
      context: {
        authorization,
        requestId: 'r-1',
        clientGone: clientGone ?? new AbortController().signal,
        client: getClient ?? (() => someClient),
      },
    });
  return { send, close: () => client.close(), log: lines };
}
