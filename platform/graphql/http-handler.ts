import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import cors from 'cors';
import { createAbortable, type Signal } from '../async/signal.ts';
import { type ClientInfo, remoteClient } from '../http/client-info.ts';
import { acceptedType, answerTypes, prefersPage } from '../http/content-negotiation.ts';
import { createJsonReader, type HttpError, sendError, sendJson, sendText } from '../http/json-body.ts';
import type { Logger } from '../process/logger.ts';
import type { RequestContext } from './apollo-server.ts';
import { maskedMessage } from './error-formatting.ts';
import type { Execution } from './execute.ts';

/** What of an HTTP request reaches the resolvers; nothing else of it does. */
export interface IncomingRequest {
  authorization: string | undefined;
  /** The client's `x-request-id` where it is fit for a log line, or a new one. */
  requestId: string;
  /** Aborts when the client has gone away before it was answered. */
  clientGone: Signal;
  /** Read when it is asked for: most operations need nothing of it. */
  client: () => ClientInfo;
}

/** An answer to something else than GraphQL, at a path of its own. `headers` belong to every answer. */
export type AnswerPath = (
  req: IncomingMessage,
  res: ServerResponse,
  exchange: { requestId: string; headers: Record<string, string> },
) => Promise<void> | void;

export interface GraphqlHttpSettings<Context extends RequestContext> {
  apollo: ApolloServer<RequestContext>;
  execution: Execution;
  context: (request: IncomingRequest) => Context;
  /** Throws where the process could not answer a query. */
  checkReady: () => void;
  /** Who asks; the other end of the connection where it is left out. */
  clientOf?: (req: IncomingMessage) => ClientInfo;
  /** What is answered at other paths than `/graphql`: `/events`, or `/files/*` for everything right below it. */
  paths?: Readonly<Record<string, AnswerPath>>;
  /** What is answered at `/graphql` to GET and HEAD where the client would rather have a page, as browsers do. */
  page?: AnswerPath;
  /** Origins that browsers may call from; none where it is left out. */
  corsOrigins?: readonly string[];
  /** Of the body, after decompression; `defaultMaxBodyBytes` where it is left out. */
  maxBodyBytes?: number;
  log: Logger;
}

export const defaultMaxBodyBytes = 2 * 1024 * 1024;

/** Apollo reads these of a request's headers: to negotiate the answer and to keep out cross-site requests. */
const headersForApollo = ['content-type', 'accept', 'apollo-require-preflight', 'x-apollo-operation-name'];

/** Apollo says so too, but only when the operation has been executed. */
const notAcceptable: HttpError = {
  status: 406,
  code: 'BAD_REQUEST',
  message: `Accept one of ${answerTypes.join(', ')}.`,
};

/** Serves `/graphql`, `/health/live`, `/health/ready`, and what `page` and `paths` add. All but what these add is JSON. */
export function createGraphqlListener<Context extends RequestContext>(
  settings: GraphqlHttpSettings<Context>,
): RequestListener {
  const { corsOrigins = [], maxBodyBytes = defaultMaxBodyBytes, log } = settings;
  const allowOrigins = cors({
    origin: [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id'],
    maxAge: 600,
    preflightContinue: true,
  });
  const routing = { ...settings, readJson: createJsonReader(maxBodyBytes), allowOrigins };

  return (req, res) => {
    const requestId = requestIdOf(req);
    const headers = { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
    route(routing, { req, res, requestId, headers }).catch((err) => {
      log.error({ requestId, err }, 'bug');
      const bug = { status: 500, code: 'INTERNAL_SERVER_ERROR', message: maskedMessage, details: { requestId } };
      if (!res.headersSent) sendError(res, bug, headers);
      else res.destroy();
    });
  };
}

type Routing<Context extends RequestContext> = GraphqlHttpSettings<Context> & {
  readJson: ReturnType<typeof createJsonReader>;
  allowOrigins: ReturnType<typeof cors>;
};

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  requestId: string;
  /** Of every answer. */
  headers: Record<string, string>;
}

async function route<Context extends RequestContext>(routing: Routing<Context>, exchange: Exchange): Promise<void> {
  const { req, res, headers } = exchange;
  const path = pathOf(req);
  switch (path) {
    case '/graphql':
      if (routing.page && isRead(req) && prefersPage(req.headers.accept)) return routing.page(req, res, exchange);
      // Only what a browser sends from another origin has the header.
      if (req.headers.origin !== undefined || req.method === 'OPTIONS')
        await new Promise<void>((resolve) => routing.allowOrigins(req, res, () => resolve()));
      if (req.method === 'OPTIONS') return void res.writeHead(204, headers).end();
      return answerGraphql(routing, exchange);
    case '/health/live':
      return sendJson(res, 200, { status: 'ok' }, headers);
    case '/health/ready':
      return answerReady(routing, exchange);
    default: {
      const answerPath = routing.paths?.[path] ?? routing.paths?.[allBeside(path)];
      if (answerPath) return answerPath(req, res, exchange);
      const message = 'There is nothing here: GraphQL is at /graphql.';
      return sendError(res, { status: 404, code: 'BAD_REQUEST', message }, headers);
    }
  }
}

function answerReady<Context extends RequestContext>(
  { checkReady, log }: Routing<Context>,
  { res, requestId, headers }: Exchange,
): void {
  try {
    checkReady();
    sendJson(res, 200, { status: 'ok' }, headers);
  } catch (err) {
    log.warn({ requestId, err }, 'not ready');
    sendJson(res, 503, { status: 'unavailable' }, headers);
  }
}

async function answerGraphql<Context extends RequestContext>(
  routing: Routing<Context>,
  exchange: Exchange,
): Promise<void> {
  const { req, res, requestId, headers } = exchange;
  const type = acceptedType(req.headers.accept);
  if (!type) return sendError(res, notAcceptable, headers);
  const read = req.method === 'POST' ? await routing.readJson(req, res) : { body: undefined };
  if ('error' in read) return sendError(res, read.error, headers);
  const { authorization } = req.headers;
  const client = () => (routing.clientOf ?? remoteClient)(req);
  const context = routing.context({ authorization, requestId, clientGone: whenClientGoes(res), client });
  const response = await routing.execution.executePrepared(read.body, context);
  if (!response) return answerByApollo(routing.apollo, exchange, { body: read.body, context });
  sendText(res, response.status, `${JSON.stringify(response.body)}\n`, { ...headers, 'content-type': type });
}

/** Parses and validates what is new; a valid operation is prepared and executed, so that it does not come here again. */
async function answerByApollo(
  apollo: ApolloServer<RequestContext>,
  { req, res, headers }: Exchange,
  { body, context }: { body: unknown; context: RequestContext },
): Promise<void> {
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: req.method ?? 'GET',
      headers: pickHeaders(req),
      search: /\?.*$/s.exec(req.url ?? '')?.[0] ?? '',
      body,
    },
    context: async () => context,
  });
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
  sendText(res, answer.status ?? 200, answer.body.string, { ...headers, ...Object.fromEntries(answer.headers) });
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The key in `paths` that stands for a path and all others in its folder. */
const allBeside = (path: string) => `${path.slice(0, path.lastIndexOf('/') + 1)}*`;

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

function pickHeaders(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

function whenClientGoes(res: ServerResponse): Signal {
  const gone = createAbortable();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('The client has gone away.'));
  });
  return gone;
}

function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
