import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import cors from 'cors';
import { createAbortable, type Signal } from '../async/signal.ts';
import { type ClientInfo, remoteClient } from '../http/client-info.ts';
import { acceptedType, prefersPage, responseTypes } from '../http/content-negotiation.ts';
import { type BodyLimit, createJsonReader, type HttpError, sendError, sendJson, sendText } from '../http/json-body.ts';
import { checkHost, checkPreflight } from '../http/request-rules.ts';
import { securityHeaders, withHsts } from '../http/security-headers.ts';
import { type AdmitResponse, createResponseAdmission } from '../http/unread-responses.ts';
import { createLimitedLog, kindOfError, type LimitedLog } from '../process/limited-log.ts';
import type { Logger } from '../process/logger.ts';
import { StoppingError } from '../process/shutdown.ts';
import type { IdentifySender, Sender } from '../signatures/sender.ts';
import { executeThroughApollo } from './apollo-http.ts';
import type { ApolloContext } from './apollo-server.ts';
import { type DocumentLimits, defaultDocumentLimits, writtenOutLimits } from './document-limits/limits.ts';
import { maskedMessage } from './error-formatting.ts';
import type { Execution, RequestContext } from './execute.ts';
import type { AdmitDocument } from './request-parameters.ts';
import { recommendedJsonStatus } from './respond.ts';

/** The parts of an HTTP request that reach resolvers. */
export interface IncomingRequest {
  authorization: string | undefined;
  /** The client's `x-request-id` if it is safe in a log line, or a new one. */
  requestId: string;
  /** Aborts when the client disconnects before the response. */
  clientGone: Signal;
  /** The gateway calls: its request is signed with a key of this subgraph, or comes from this process. */
  isGateway: boolean;
  /** A function, because most operations do not need it. */
  client: () => ClientInfo;
  /** The client asked for the operation's cost, by the header `x-graphql-cost: 1`. */
  wantsCost?: true;
}

/** Responds to requests at a path of its own. `headers` go with every response. */
export type PathHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  exchange: { requestId: string; headers: Record<string, string> },
) => Promise<void> | void;

export interface GraphqlHttpSettings<Context extends RequestContext> {
  apollo: ApolloServer<ApolloContext>;
  execution: Execution;
  context: (request: IncomingRequest) => Context;
  /** Resolves to further fields of the readiness response. Rejects if the process could not answer a query now. */
  checkReady: () => Promise<object>;
  /** Identifies the sender of a request for `/graphql`, or rejects it; by the remote address by default. */
  identifySender?: IdentifySender;
  /** Handlers of other paths: `/events`, or `/files/*` for every path directly below. */
  paths?: Readonly<Record<string, PathHandler>>;
  /** Handles GET and HEAD of `/graphql` for clients that prefer HTML, such as browsers. */
  page?: PathHandler;
  /** Origins that browsers may call from; none by default. */
  corsOrigins?: readonly string[];
  /** Status of `application/json` for documents and variables that are not valid; 400 by default. */
  jsonErrorStatus?: 200 | 400;
  /** How long browsers use TLS only (HSTS), where clients reach this server through TLS; 0, for no header, by default. */
  hstsSeconds?: number;
  /** Limit of a body after decompression; `defaultMaxBodyBytes` by default. */
  maxBodyBytes?: number;
  /** Limits the body of one request further, before it is read. */
  bodyLimitOf?: (context: Context) => BodyLimit | Promise<BodyLimit>;
  /** Limits of what clients send; `defaultDocumentLimits` by default. What a gateway sends has limits of its own. */
  documentLimits?: DocumentLimits;
  /** Decides whether the document of a request may run, before anything is done with it; each may by default. */
  admitDocument?: AdmitDocument;
  log: Logger;
}

export const defaultMaxBodyBytes = 2 * 1024 * 1024;

/** Sent before execution; Apollo Server itself would find out only afterwards. */
const notAcceptable: HttpError = {
  status: 406,
  code: 'BAD_REQUEST',
  message: `Accept one of ${responseTypes.join(', ')}.`,
};

const overloaded: HttpError = {
  status: 503,
  code: 'SERVICE_UNAVAILABLE',
  message: 'Too many large responses wait to be read: try again in a few seconds.',
};

/** Handles one request. Never rejects; resolves when nothing of it runs any more, even if its client left before. */
type GraphqlListener = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Serves `/graphql`, `/health/live` and `/health/ready` with JSON, and what `page` and `paths` add. */
export function createGraphqlListener<Context extends RequestContext>(
  settings: GraphqlHttpSettings<Context>,
): GraphqlListener {
  const { corsOrigins = [], maxBodyBytes = defaultMaxBodyBytes, log } = settings;
  const allowOrigins = cors({
    origin: [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id'],
    maxAge: 600,
    preflightContinue: true,
  });
  const everyHeader = withHsts(securityHeaders, settings.hstsSeconds ?? 0);
  const limited = createLimitedLog(log);
  const readJson = createJsonReader(maxBodyBytes);
  const routing = { ...settings, limited, readJson, admitResponse: createResponseAdmission(), allowOrigins };

  return (req, res) => {
    const requestId = requestIdOf(req);
    const headers = { ...everyHeader, 'x-request-id': requestId };
    const error = checkHost(req);
    if (error) {
      // Where the next request begins is as uncertain as its host.
      res.shouldKeepAlive = false;
      return Promise.resolve(reject(routing, { req, res, requestId, headers }, error));
    }
    return route(routing, { req, res, requestId, headers }).catch((err) => {
      limited.error(kindOfError(err), { requestId, err }, 'bug');
      const bug = { status: 500, code: 'INTERNAL_SERVER_ERROR', message: maskedMessage, details: { requestId } };
      if (!res.headersSent) sendError(res, bug, headers);
      else res.destroy();
    });
  };
}

type Routing<Context extends RequestContext> = GraphqlHttpSettings<Context> & {
  /** For all that callers can cause. */
  limited: LimitedLog;
  readJson: ReturnType<typeof createJsonReader>;
  admitResponse: AdmitResponse;
  allowOrigins: ReturnType<typeof cors>;
};

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  requestId: string;
  /** Sent with every response. */
  headers: Record<string, string>;
}

async function route<Context extends RequestContext>(routing: Routing<Context>, exchange: Exchange): Promise<void> {
  const { req, res, headers } = exchange;
  const path = pathOf(req);
  switch (path) {
    case '/graphql': {
      const sender = (routing.identifySender ?? senderOf)(req);
      if (!('error' in sender)) return serveGraphql(routing, exchange, sender);
      // The body is not read.
      res.shouldKeepAlive = false;
      return reject(routing, exchange, sender.error);
    }
    case '/health/live':
      return sendJson(res, 200, { status: 'ok' }, headers);
    case '/health/ready':
      return sendReadiness(routing, exchange);
    default: {
      const handler = routing.paths?.[path] ?? routing.paths?.[folderKey(path)];
      if (handler) return handler(req, res, exchange);
      const message = 'There is nothing here: GraphQL is at /graphql.';
      return reject(routing, exchange, { status: 404, code: 'BAD_REQUEST', message });
    }
  }
}

/** Answers a request that GraphQL does not execute, and logs it: that is its client's mistake. */
function reject(
  { limited }: Pick<Routing<RequestContext>, 'limited'>,
  { res, requestId, headers }: Exchange,
  error: HttpError,
): void {
  const { status, code } = error;
  limited.info(`${status} ${code}`, { requestId, status, code }, 'rejected');
  sendError(res, error, headers);
}

const senderOf: IdentifySender = (req) => ({ isGateway: false, client: () => remoteClient(req) });

async function serveGraphql<Context extends RequestContext>(
  routing: Routing<Context>,
  exchange: Exchange,
  sender: Sender,
): Promise<void> {
  const { req, res, headers } = exchange;
  if (routing.page && isRead(req) && prefersPage(req.headers.accept)) return routing.page(req, res, exchange);
  // Browsers send the header from other origins only.
  if (req.headers.origin !== undefined || req.method === 'OPTIONS')
    await new Promise<void>((resolve) => routing.allowOrigins(req, res, () => resolve()));
  if (req.method === 'OPTIONS') return void res.writeHead(204, headers).end();
  return executeGraphql(routing, exchange, sender);
}

async function sendReadiness<Context extends RequestContext>(
  { checkReady, limited }: Routing<Context>,
  { res, requestId, headers }: Exchange,
): Promise<void> {
  try {
    sendJson(res, 200, { status: 'ok', ...(await checkReady()) }, headers);
  } catch (err) {
    // The beginning of the stop has been logged.
    if (!(err instanceof StoppingError)) limited.warn('', { requestId, err }, 'not ready');
    sendJson(res, 503, { status: 'unavailable' }, headers);
  }
}

async function executeGraphql<Context extends RequestContext>(
  routing: Routing<Context>,
  exchange: Exchange,
  { isGateway, isTrusted, client, contentDigest }: Sender,
): Promise<void> {
  const { req, res, requestId, headers } = exchange;
  const type = acceptedType(req.headers.accept);
  if (!type) return reject(routing, exchange, notAcceptable);
  const error = isRead(req) ? checkPreflight(req) : undefined;
  if (error) return reject(routing, exchange, error);
  const { authorization } = req.headers;
  const clientGone = whenClientDisconnects(res);
  const wantsCost = req.headers['x-graphql-cost'] === '1';
  const request = { authorization, requestId, clientGone, isGateway, client, ...(wantsCost && { wantsCost }) };
  const context = routing.context(request);
  const limits = isGateway ? writtenOutLimits : (routing.documentLimits ?? defaultDocumentLimits);
  const maxDepth = limits.maxJsonDepth;
  const read =
    req.method === 'POST'
      ? await routing.readJson(req, res, { limit: await routing.bodyLimitOf?.(context), maxDepth, contentDigest })
      : { body: undefined };
  if ('error' in read) return reject(routing, exchange, read.error);
  if (clientGone.aborted) return;
  const sent = { body: read.body, search: searchOf(req) };
  const admitted = routing.admitDocument?.(sent) ?? { ...sent, isTrusted };
  if ('error' in admitted) return reject(routing, exchange, admitted.error);
  if (admitted.isTrusted) context.isTrusted = true;
  const isRecommended = routing.jsonErrorStatus === 200 && type.startsWith('application/json');
  const statusOf = isRecommended ? recommendedJsonStatus : (status: number) => status;
  const response = await routing.execution.executePrepared(admitted.body, context);
  if (clientGone.aborted) return;
  const send = (status: number, text: string, own: Record<string, string> = {}) => {
    if (!routing.admitResponse(res, text)) return reject(routing, exchange, overloaded);
    sendText(res, status, text, { ...headers, ...own });
  };
  if (response) {
    const text = `${JSON.stringify(response.body)}\n`;
    return send(statusOf(response.status, response.body), text, { ...response.headers, 'content-type': type });
  }
  const answer = await executeThroughApollo(routing.apollo, req, {
    ...admitted,
    context,
    limits: admitted.isTrusted ? writtenOutLimits : limits,
  });
  if ('error' in answer) return reject(routing, exchange, answer.error);
  const status = answer.result ? statusOf(answer.status, answer.result) : answer.status;
  send(status, answer.text, answer.headers);
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function searchOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? '' : url.slice(query);
}

/** Returns the key in `paths` that matches every path of the same folder. */
const folderKey = (path: string) => `${path.slice(0, path.lastIndexOf('/') + 1)}*`;

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

function whenClientDisconnects(res: ServerResponse): Signal {
  const gone = createAbortable();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('The client has disconnected.'));
  });
  return gone;
}

function requestIdOf(req: IncomingMessage): string {
  const sent = req.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.-]{1,64}$/.test(sent) ? sent : randomUUID();
}
