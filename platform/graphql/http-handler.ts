import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApplyCors, type CorsSettings, createCors } from '../http/cors.ts';
import { type Exchange, type PathHandler, reject } from '../http/exchange.ts';
import { resolveTarget } from '../http/request-target.ts';
import { type HttpError, sendError, sendJson } from '../http/responses.ts';
import { securityHeaders, withHsts } from '../http/security-headers.ts';
import { createLimitedLog, kindOfError, type LimitedLog } from '../process/limited-log.ts';
import { StoppingError } from '../process/shutdown.ts';
import { maskedMessage } from './error-formatting.ts';
import type { RequestContext } from './execute.ts';
import { createGraphqlEndpoint, type EndpointSettings, type GraphqlEndpoint } from './graphql-endpoint.ts';

export interface GraphqlHttpSettings<Context extends RequestContext> extends EndpointSettings<Context>, CorsSettings {
  /** Resolves to further fields of the readiness response. Rejects if the process could not answer a query now. */
  checkReady: () => Promise<object>;
  /** Handlers of other paths: `/events`, or `/files/*` for every path directly below. */
  paths?: Readonly<Record<string, PathHandler>>;
  /** How long browsers use TLS only (HSTS), where clients reach this server through TLS; 0, for no header, by default. */
  hstsSeconds?: number;
}

/** Handles one request. Never rejects; resolves when nothing of it runs any more, even if its client left before. */
type GraphqlListener = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Serves `/graphql`, `/health/live` and `/health/ready` with JSON, and what `page` and `paths` add. */
export function createGraphqlListener<Context extends RequestContext>(
  settings: GraphqlHttpSettings<Context>,
): GraphqlListener {
  const everyHeader = withHsts(securityHeaders, settings.hstsSeconds ?? 0);
  const limited = createLimitedLog(settings.log);
  const applyCors = createCors(settings);
  const serveGraphql = createGraphqlEndpoint(settings, { applyCors, limited });
  const routing = { ...settings, applyCors, limited, serveGraphql };

  return async (req, res) => {
    const requestId = requestIdOf(req);
    const headers = { ...everyHeader, 'x-request-id': requestId };
    const exchange = { req, res, requestId, headers };
    const error = resolveTarget(req);
    if (error) {
      // Where the next request begins is as uncertain as the target of this one.
      res.shouldKeepAlive = false;
      return reject(error, exchange, limited);
    }
    if (/\bwebsocket\b/i.test(req.headers.upgrade ?? '')) {
      // Browsers show the response to nobody.
      limited.warn('', { requestId, reason: noWebSockets.message }, 'WebSocket not supported');
      return reject(noWebSockets, exchange, limited);
    }
    try {
      await route(routing, exchange);
    } catch (err) {
      limited.error(kindOfError(err), { requestId, err }, 'bug');
      const bug = { status: 500, code: 'INTERNAL_SERVER_ERROR', message: maskedMessage, details: { requestId } };
      if (!res.headersSent) sendError(res, bug, headers);
      else res.destroy();
    }
  };
}

const noWebSockets: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message:
    'WebSockets and subscriptions are not supported: send a query or mutation by POST to /graphql, as JSON such as {"query":"{ __typename }"} with the header Content-Type: application/json.',
};

interface Routing extends Pick<GraphqlHttpSettings<RequestContext>, 'checkReady' | 'paths'> {
  /** For all that callers can cause. */
  limited: LimitedLog;
  applyCors: ApplyCors;
  serveGraphql: GraphqlEndpoint;
}

function route(routing: Routing, exchange: Exchange): Promise<void> | void {
  const { req, res, headers } = exchange;
  const path = pathOf(req);
  switch (path) {
    case '/graphql':
    case '/graphql/':
      return routing.serveGraphql(exchange);
    case '*':
      return void res.writeHead(204, { ...headers, allow: 'GET, HEAD, POST, OPTIONS' }).end();
    case '/health/live':
      return sendJson(res, 200, { status: 'ok' }, headers);
    case '/health/ready':
      return sendReadiness(routing, exchange);
    default: {
      const handler = routing.paths?.[path] ?? routing.paths?.[folderKey(path)];
      if (handler) return handler(req, res, exchange);
      // Lets a page read that its path is wrong.
      if (req.headers.origin !== undefined && routing.applyCors(exchange)) return;
      const message = 'There is nothing here: GraphQL is at /graphql.';
      return reject({ status: 404, code: 'BAD_REQUEST', message }, exchange, routing.limited);
    }
  }
}

async function sendReadiness({ checkReady, limited }: Routing, { res, requestId, headers }: Exchange): Promise<void> {
  try {
    sendJson(res, 200, { status: 'ok', ...(await checkReady()) }, headers);
  } catch (err) {
    // The beginning of the stop has been logged.
    if (!(err instanceof StoppingError)) limited.warn('', { requestId, err }, 'not ready');
    sendJson(res, 503, { status: 'unavailable' }, headers);
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Returns the key in `paths` that matches every path of the same folder. */
const folderKey = (path: string) => `${path.slice(0, path.lastIndexOf('/') + 1)}*`;

function requestIdOf(req: IncomingMessage): string {
  const sent = req.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.-]{1,64}$/.test(sent) ? sent : randomUUID();
}
