import type { ServerResponse } from 'node:http';

/** An error response to a request that GraphQL does not execute. */
export interface HttpError {
  status: number;
  code: string;
  message: string;
  details?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** From this size of a body on, memory counts, and parsing takes a noticeable part of a millisecond. */
export const largeBodyBytes = 64 * 1024;

type Headers = Record<string, string>;

/** Sends text; `headers` must contain its content type. */
export function sendText(res: ServerResponse, status: number, text: string, headers: Headers): void {
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** Sends JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendText(res, status, JSON.stringify(body), { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

/** Sends an error in the form of a GraphQL response. */
export function sendError(
  res: ServerResponse,
  { status, code, message, details, headers: own }: HttpError,
  headers: Headers = {},
): void {
  sendJson(res, status, { errors: [{ message, extensions: { code, ...details } }] }, { ...headers, ...own });
}
