import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createJsonReader, sendError } from '../../../platform/http/json-body.ts';

/** An image of the largest size in base64, and a second one beside it. */
const maxBodyBytes = 1024 * 1024;

/**
 * What stands before Hive on `node:http`: its own limit of bodies is 25 MB, and it takes GET, forms and any request id.
 * Passes on POSTs of JSON to /graphql, preflights, and the questions for its health.
 */
export function createFront(hive: RequestListener): RequestListener {
  const readJson = createJsonReader(maxBodyBytes);
  return (req, res) => {
    const requestId = requestIdOf(req);
    req.headers['x-request-id'] = requestId;
    const headers = { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    const refuse = (status: number, message: string) =>
      sendError(res, { status, code: 'BAD_REQUEST', message }, headers);

    const path = (req.url ?? '').replace(/\?.*$/s, '');
    if (path.startsWith('/health/')) return void hive(req, res);
    if (path !== '/graphql') return refuse(404, 'There is nothing here: GraphQL is at /graphql.');
    if (req.method === 'OPTIONS') return void hive(req, res);
    if (req.method !== 'POST') return refuse(405, 'Send operations by POST.');
    void readJson(req, res).then((read) => {
      if ('refusal' in read) return sendError(res, read.refusal, headers);
      passOn(hive, req, res, read.body);
    });
  };
}

/** With the body as Express leaves it: read, decompressed and parsed. */
function passOn(hive: RequestListener, req: IncomingMessage, res: ServerResponse, body: unknown): void {
  delete req.headers['content-encoding'];
  delete req.headers['content-length'];
  hive(Object.assign(req, { body }), res);
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
