import type { ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { createAbortable, type Signal } from '../async/signal.ts';
import type { BodyLimit } from '../http/bodies/body-errors.ts';
import type { ExpectedBody } from '../http/bodies/json-reader.ts';
import { type ClientInfo, remoteClient } from '../http/client-info.ts';
import { prefersPage } from '../http/content-negotiation.ts';
import type { ApplyCors } from '../http/cors.ts';
import { type Exchange, type PathHandler, reject } from '../http/exchange.ts';
import { type HttpError, sendText } from '../http/responses.ts';
import { createResponseAdmission } from '../http/unread-responses.ts';
import type { LimitedLog } from '../process/limited-log.ts';
import type { IdentifySender, Sender } from '../signatures/sender.ts';
import { executeThroughApollo } from './apollo-http.ts';
import type { ApolloContext } from './apollo-server.ts';
import { type DocumentLimits, defaultDocumentLimits, writtenOutLimits } from './document-limits/limits.ts';
import type { Execution, RequestContext } from './execute.ts';
import { type BodySettings, createBodyReader } from './request-body.ts';
import { checkRequest, isRead, noBatches, noQuery, searchOf } from './request-checks.ts';
import { type AdmitDocument, readDocumentParameters } from './request-parameters.ts';
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

export interface EndpointSettings<Context extends RequestContext> extends BodySettings {
  apollo: ApolloServer<ApolloContext>;
  execution: Execution;
  context: (request: IncomingRequest) => Context;
  /** Identifies the sender of a request, or rejects it; by the remote address by default. */
  identifySender?: IdentifySender;
  /** Handles GET and HEAD for clients that prefer HTML, such as browsers. */
  page?: PathHandler;
  /** Status of `application/json` for documents and variables that are not valid; 400 by default. */
  jsonErrorStatus?: 200 | 400;
  /** Limits the body of one request, before it is read, and tells who may upload; nobody by default. */
  bodyLimitOf?: (context: Context, request: IncomingRequest) => BodyLimit | Promise<BodyLimit>;
  /** Limits of what clients send; `defaultDocumentLimits` by default. What a gateway sends has limits of its own. */
  documentLimits?: DocumentLimits;
  /** Decides whether the document of a request may run, before anything is done with it; each may by default. */
  admitDocument?: AdmitDocument;
  metering?: Metering<Context>;
}

/** Charges callers for work that depends on more than the operation. */
export interface Metering<Context extends RequestContext> {
  /** Charges a document before it is parsed, which is work whether it is valid or not; empty if only its hash came. */
  admitDocument(document: string, context: Context): Promise<HttpError | undefined>;
  /** Charges a response of so many characters. */
  chargeResponse(length: number, context: Context): void;
}

const overloaded: HttpError = {
  status: 503,
  code: 'SERVICE_UNAVAILABLE',
  message: 'Too many large responses wait to be read: try again in a few seconds.',
};

/** Serves GraphQL at one path. Resolves when nothing of the request runs any more, even if its client left before. */
export type GraphqlEndpoint = (exchange: Exchange) => Promise<void> | void;

interface EndpointParts {
  applyCors: ApplyCors;
  /** For all that callers can cause. */
  limited: LimitedLog;
}

export function createGraphqlEndpoint<Context extends RequestContext>(
  settings: EndpointSettings<Context>,
  { applyCors, limited }: EndpointParts,
): GraphqlEndpoint {
  const { identifySender = senderOf, page } = settings;
  const bodies = createBodyReader(settings);
  const limitOf = settings.bodyLimitOf ?? (() => bodies.ordinaryLimit);
  const admitResponse = createResponseAdmission();

  const send = (exchange: Exchange, context: Context, { status, text, headers }: HttpResponse): void => {
    if (!admitResponse(exchange.res, text)) {
      reject(overloaded, exchange, limited);
      return;
    }
    settings.metering?.chargeResponse(text.length, context);
    sendText(exchange.res, status, text, { ...exchange.headers, ...headers });
  };

  const readBody = async (exchange: Exchange, context: Context, { request, ...expected }: ReadSettings) => {
    const { req, res } = exchange;
    if (req.method !== 'POST') return { body: undefined };
    return bodies.read({ req, res, limit: await limitOf(context, request), ...expected });
  };

  const execute = async (exchange: Exchange, { isGateway, isTrusted, client, checkBody }: Sender): Promise<void> => {
    const { req, res, requestId } = exchange;
    const hasFiles = bodies.hasFiles(req);
    const checked = checkRequest(req, { hasFiles });
    if ('error' in checked) {
      if (hasFiles) res.shouldKeepAlive = false;
      return reject(checked.error, exchange, limited);
    }
    const { authorization } = req.headers;
    const clientGone = whenClientDisconnects(res);
    const wantsCost = req.headers['x-graphql-cost'] === '1';
    const request: IncomingRequest = {
      authorization,
      requestId,
      clientGone,
      isGateway,
      client,
      ...(wantsCost && { wantsCost }),
    };
    const context = settings.context(request);
    const limits = isGateway ? writtenOutLimits : (settings.documentLimits ?? defaultDocumentLimits);
    const maxDepth = limits.maxJsonDepth;
    const read = await readBody(exchange, context, { request, maxDepth, checkBody });
    if ('error' in read) return reject(read.error, exchange, limited);
    if (clientGone.aborted) return;
    if (Array.isArray(read.body)) return reject(noBatches, exchange, limited);
    const sent = { body: read.body, search: searchOf(req) };
    const admitted = settings.admitDocument?.(sent) ?? { ...sent, isTrusted };
    if ('error' in admitted) return reject(admitted.error, exchange, limited);
    if (admitted.isTrusted) context.isTrusted = true;
    if (isGateway || admitted.isTrusted) context.isWrittenOut = true;
    const response = await settings.execution.executePrepared(admitted.body, context);
    if (clientGone.aborted) return;
    const isRecommended = settings.jsonErrorStatus === 200 && checked.type.startsWith('application/json');
    const statusOf = isRecommended ? recommendedJsonStatus : sameStatus;
    if (response) {
      const status = statusOf(response.status, response.body);
      const text = `${JSON.stringify(response.body)}\n`;
      return send(exchange, context, { status, text, headers: { ...response.headers, 'content-type': checked.type } });
    }
    const { query, documentId, sha256Hash } = readDocumentParameters(admitted);
    const hasDocument = [query, documentId, sha256Hash].some((name) => name !== undefined && name !== '');
    if (!hasDocument && admitted.body !== undefined) return reject(noQuery, exchange, limited);
    const tooLong = bodies.checkDocument(query);
    if (tooLong) return reject(tooLong, exchange, limited);
    const overBudget = await settings.metering?.admitDocument(typeof query === 'string' ? query : '', context);
    if (overBudget) return reject(overBudget, exchange, limited);
    const answer = await executeThroughApollo(settings.apollo, req, {
      ...admitted,
      context,
      limits: context.isWrittenOut ? writtenOutLimits : limits,
    });
    if ('error' in answer) return reject(answer.error, exchange, limited);
    const status = answer.result ? statusOf(answer.status, answer.result) : answer.status;
    send(exchange, context, { status, text: answer.text, headers: answer.headers });
  };

  return (exchange) => {
    const { req, res } = exchange;
    const sender = identifySender(req);
    if ('error' in sender) {
      // The body is not read.
      res.shouldKeepAlive = false;
      return reject(sender.error, exchange, limited);
    }
    if (page && isRead(req) && prefersPage(req.headers.accept)) {
      if (!req.url?.startsWith('/graphql/')) return page(req, res, exchange);
      // The links of the page are relative to a path without the slash.
      return void res.writeHead(308, { ...exchange.headers, location: `../graphql${searchOf(req)}` }).end();
    }
    if (applyCors(exchange)) return;
    return execute(exchange, sender);
  };
}

interface ReadSettings extends Pick<ExpectedBody, 'maxDepth' | 'checkBody'> {
  request: IncomingRequest;
}

interface HttpResponse {
  status: number;
  text: string;
  headers: Record<string, string>;
}

const sameStatus = (status: number) => status;

const senderOf: IdentifySender = (req) => ({
  isGateway: false,
  client() {
    return remoteClient(req);
  },
});

function whenClientDisconnects(res: ServerResponse): Signal {
  const gone = createAbortable();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('The client has disconnected.'));
  });
  return gone;
}
