import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createJsonReader } from '../../../platform/http/bodies/json-reader.ts';
import { sendError } from '../../../platform/http/responses.ts';

/** Twice the largest image in base64. */
const maxBodyBytes = 1024 * 1024;

/**
 * A filter in front of Hive, whose own body limit is 25 MB, and which accepts GET, forms and any request id. Passes on JSON
 * POSTs to /graphql, CORS preflights and health checks.
 */
export function createFront(hive: RequestListener): RequestListener {
  const readJson = createJsonReader();
  return (req, res) => {
    const requestId = requestIdOf(req);
    req.headers['x-request-id'] = requestId;
    const headers = { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    const reject = (status: number, message: string) =>
      sendError(res, { status, code: 'BAD_REQUEST', message }, headers);

    const path = (req.url ?? '').replace(/\?.*$/s, '');
    if (path.startsWith('/health/')) return void hive(req, res);
    if (path !== '/graphql') return reject(404, 'There is nothing here: GraphQL is at /graphql.');
    if (req.method === 'OPTIONS') return void hive(req, res);
    if (req.method !== 'POST') return reject(405, 'Send operations by POST.');
    void readJson({ req, res, limit: { maxBytes: maxBodyBytes } }).then((read) => {
      if ('error' in read) return sendError(res, read.error, headers);
      passOn(hive, req, res, read.body);
    });
  };
}

/** Passes on a request with a parsed body, as Express does. */
function passOn(hive: RequestListener, req: IncomingMessage, res: ServerResponse, body: unknown): void {
  delete req.headers['content-encoding'];
  delete req.headers['content-length'];
  hive(Object.assign(req, { body }), res);
}

function requestIdOf({ headers }: IncomingMessage): string {
  const requestId = headers['x-request-id'];
  return typeof requestId === 'string' && /^[\w.-]{1,64}$/.test(requestId) ? requestId : randomUUID();
}
