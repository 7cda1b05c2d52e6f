import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A response that has not been sent yet. */
export interface Reply {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: Buffer;
}

/** An error response. `message` is for the client and names no internals. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The methods of all paths together, as a header has them. */
export const EVERY_METHOD = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Sent with every reply that has no other value for them. */
const securityHeaders: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Creates a reply of JSON. */
export function jsonReply(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Reply {
  const body = Buffer.from(JSON.stringify(value));
  const defaults = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  };
  return { status, headers: { ...defaults, ...headers }, body };
}

export const noContent: Reply = { status: 204 };

/** Creates the reply to an error. Anything but an HttpError is a bug: 500 without details. */
export function errorReply(error: unknown): Reply {
  const { status, message, headers } = error instanceof HttpError ? error : masked;
  return jsonReply(status, { status_code: status, message }, headers);
}

const masked = { status: 500, message: 'The image service failed. Try again later.', headers: {} };

/** All headers of a reply. */
export const headersOf = ({ headers }: Pick<Reply, 'headers'>): OutgoingHttpHeaders => ({
  ...securityHeaders,
  ...headers,
});

/** Sends a reply unless the client has disconnected. Node omits the body in responses to HEAD. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, headersOf(reply)).end(reply.body);
}
