import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import cors from 'cors';
import Negotiator from 'negotiator';
import { maskedMessage } from './graphql-errors.ts';
import { createJsonReader, type HttpRefusal, sendJson, sendRefusal } from './http-json.ts';
import type { Logger } from './logger.ts';

/** What of an HTTP request reaches the resolvers; nothing else of it does. */
export interface IncomingRequest {
  authorization: string | undefined;
  /** The client's `x-request-id` where it is fit for a log line, or a new one. */
  requestId: string;
  /** Aborts when the client has gone away before it was answered. */
  clientGone: AbortSignal;
}

export interface GraphqlHttpSettings<Context extends BaseContext> {
  server: ApolloServer<Context>;
  context: (request: IncomingRequest) => Context;
  /** Throws where the process could not answer a query. */
  checkReady: () => void;
  /** Origins that browsers may call from; none where it is left out. */
  corsOrigins?: readonly string[];
  /** Of the body, after decompression; `defaultMaxBodyBytes` where it is left out. */
  maxBodyBytes?: number;
  log: Logger;
}

export const defaultMaxBodyBytes = 2 * 1024 * 1024;

/** Apollo reads these of a request's headers: to negotiate the answer and to keep out cross-site requests. */
const headersForApollo = ['content-type', 'accept', 'apollo-require-preflight', 'x-apollo-operation-name'];

const answerTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];
/** Apollo says so too, but only when the operation has been executed. */
const notAcceptable: HttpRefusal = {
  status: 406,
  code: 'BAD_REQUEST',
  message: `Accept one of ${answerTypes.join(', ')}.`,
};

/** Serves `/graphql`, `/health/live` and `/health/ready`. Every answer is JSON. */
export function createGraphqlListener<Context extends BaseContext>(
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
    res.setHeader('x-request-id', requestId);
    res.setHeader('x-content-type-options', 'nosniff');
    res.setHeader('cache-control', 'no-store');
    route(routing, { req, res, requestId }).catch((err) => {
      log.error({ requestId, err }, 'bug');
      if (!res.headersSent)
        sendRefusal(res, {
          status: 500,
          code: 'INTERNAL_SERVER_ERROR',
          message: maskedMessage,
          details: { requestId },
        });
      else res.destroy();
    });
  };
}

type Route<Context extends BaseContext> = GraphqlHttpSettings<Context> & {
  readJson: ReturnType<typeof createJsonReader>;
  allowOrigins: ReturnType<typeof cors>;
};

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  requestId: string;
}

async function route<Context extends BaseContext>(settings: Route<Context>, exchange: Exchange): Promise<void> {
  const { req, res } = exchange;
  switch (req.url?.split('?', 1)[0]) {
    case '/graphql':
      await new Promise<void>((resolve) => settings.allowOrigins(req, res, () => resolve()));
      if (req.method === 'OPTIONS') return void res.writeHead(204).end();
      return answerGraphql(settings, exchange);
    case '/health/live':
      return sendJson(res, 200, { status: 'ok' });
    case '/health/ready':
      return answerReady(settings, exchange);
    default:
      return sendRefusal(res, {
        status: 404,
        code: 'BAD_REQUEST',
        message: 'There is nothing here: GraphQL is at /graphql.',
      });
  }
}

function answerReady<Context extends BaseContext>(
  { checkReady, log }: Route<Context>,
  { res, requestId }: Exchange,
): void {
  try {
    checkReady();
    sendJson(res, 200, { status: 'ok' });
  } catch (err) {
    log.warn({ requestId, err }, 'not ready');
    sendJson(res, 503, { status: 'unavailable' });
  }
}

async function answerGraphql<Context extends BaseContext>(settings: Route<Context>, exchange: Exchange): Promise<void> {
  const { req, res, requestId } = exchange;
  if (!new Negotiator(req).mediaType(answerTypes)) return sendRefusal(res, notAcceptable);
  const read = req.method === 'POST' ? await settings.readJson(req, res) : { body: undefined };
  if ('refusal' in read) return sendRefusal(res, read.refusal);
  const { status, headers, body } = await settings.server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: req.method ?? 'GET',
      headers: pickHeaders(req),
      search: /\?.*$/s.exec(req.url ?? '')?.[0] ?? '',
      body: read.body,
    },
    context: async () =>
      settings.context({ authorization: req.headers.authorization, requestId, clientGone: whenClientGoes(res) }),
  });
  if (body.kind !== 'complete') throw new Error('An answer in parts was asked for, which no schema here offers.');
  res.writeHead(status ?? 200, [...headers].flat());
  res.end(body.string);
}

function pickHeaders(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

function whenClientGoes(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
