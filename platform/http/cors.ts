import type { IncomingMessage } from 'node:http';
import cors from 'cors';
import { isOrigin } from '../process/environment.ts';
import { createLimitedLog } from '../process/limited-log.ts';
import type { Logger } from '../process/logger.ts';
import type { Exchange } from './exchange.ts';

/** Origins whose pages may call this server: a list, or any page that this machine serves. */
export type AllowedOrigins = readonly string[] | 'loopback';

export interface CorsSettings {
  /** None by default. Where it is given, CORS_ORIGINS sets it, and other origins are logged. */
  corsOrigins?: AllowedOrigins;
  log: Logger;
}

/**
 * Adds the headers of CORS (Fetch standard, section 3.3) to the response to a page, or to OPTIONS, which it answers. Returns
 * true if it has answered.
 */
export type ApplyCors = (exchange: Exchange) => boolean;

/** Headers that pages of allowed origins may read, beside those that the Fetch standard always lets them read. */
const exposedHeaders = ['allow', 'retry-after', 'www-authenticate', 'x-request-id'];

/** Browsers write origins in lower case, and without a default port. */
const loopbackOrigin = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

export function createCors({ corsOrigins, log }: CorsSettings): ApplyCors {
  const addHeaders = cors({
    origin: corsOrigins === 'loopback' ? loopbackOrigin : [...(corsOrigins ?? [])],
    methods: ['GET', 'POST'],
    exposedHeaders,
    maxAge: 600,
    preflightContinue: true,
  });
  const logDisallowed = corsOrigins && createOriginLog(corsOrigins, log);

  return ({ req, res, requestId, headers }) => {
    const { origin } = req.headers;
    if (origin === undefined && req.method !== 'OPTIONS') return false;
    addHeaders(req, res, () => {});
    const isAllowed = res.hasHeader('access-control-allow-origin');
    if (origin !== undefined && !isAllowed && !isSameOrigin(origin, req)) logDisallowed?.(origin, requestId);
    if (req.method !== 'OPTIONS') return false;
    res.writeHead(204, headers).end();
    return true;
  };
}

/** Browsers send `Origin` with each POST, also to the server of their page. */
function isSameOrigin(origin: string, { headers }: IncomingMessage): boolean {
  return headers['sec-fetch-site'] === 'same-origin' || origin.replace(/^https?:\/\//, '') === headers.host;
}

const maxOriginLength = 300;
/** Safe in a shell, where the line is meant to be copied to. */
const plainOrigin = /^https?:\/\/[\w.:[\]-]+$/;

/** The browser tells its user alone why a page cannot call, and tells a script nothing. */
function createOriginLog(allowed: AllowedOrigins, log: Logger) {
  const limited = createLimitedLog(log, 'hour');
  const others = allowed === 'loopback' ? [] : allowed;

  return (sent: string, requestId: string): void => {
    const origin = sent.slice(0, maxOriginLength);
    const canBeAllowed = sent === origin && plainOrigin.test(origin) && isOrigin(origin);
    const fix = canBeAllowed
      ? `CORS_ORIGINS=${[...others, origin].join(',')}`
      : 'only origins of http and https can be allowed: serve the page from one';
    limited.warn('', { requestId, origin, fix }, 'origin not allowed');
  };
}
