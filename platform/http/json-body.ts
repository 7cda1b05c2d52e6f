import type { IncomingMessage, ServerResponse } from 'node:http';
import { raw } from 'body-parser';
import { createYieldToEventLoop } from '../async/yield-to-event-loop.ts';

/** An answer that is no GraphQL result: a request that was refused before GraphQL saw it. */
export interface HttpError {
  status: number;
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

type Headers = Record<string, string>;

/** Answers with a text of the type that `headers` name. */
export function sendText(res: ServerResponse, status: number, text: string, headers: Headers): void {
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** Answers with JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendText(res, status, JSON.stringify(body), { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

/** Answers with a GraphQL error. */
export function sendError(
  res: ServerResponse,
  { status, code, message, details }: HttpError,
  headers: Headers = {},
): void {
  sendJson(res, status, { errors: [{ message, extensions: { code, ...details } }] }, headers);
}

type ReadJson = (req: IncomingMessage, res: ServerResponse) => Promise<{ body: unknown } | { refusal: HttpError }>;

/** From this many bytes on a body is parsed in its turn: that takes a noticeable part of a millisecond. */
const largeBody = 64 * 1024;

/** Reads JSON bodies of at most `maxBytes` bytes, counted after decompression (gzip, deflate, br). */
export function createJsonReader(maxBytes: number): ReadJson {
  // Not as text, which would be put together from pieces and so be in memory twice.
  const readBytes = raw({ limit: maxBytes, type: () => true });
  const yieldToEventLoop = createYieldToEventLoop();
  return async (req, res) => {
    if (!isJson(req)) return { refusal: unsupportedType };
    const error = await new Promise<unknown>((resolve) => readBytes(req, res, resolve));
    if (error !== undefined) return { refusal: explain(error, maxBytes) };
    const { body = noBytes } = req as { body?: Buffer };
    if (body.length > largeBody) await yieldToEventLoop();
    return parse(body);
  };
}

const noBytes = Buffer.alloc(0);
const byteOrderMark = '\ufeff';

function parse(bytes: Buffer): { body: unknown } | { refusal: HttpError } {
  const json = bytes.toString();
  try {
    const body: unknown = JSON.parse(json.startsWith(byteOrderMark) ? json.slice(1) : json);
    return typeof body === 'object' && body !== null ? { body } : { refusal: malformed };
  } catch {
    return { refusal: malformed };
  }
}

function isJson(req: IncomingMessage): boolean {
  const [type, ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(/ *; */);
  const isReadable = (parameter: string) =>
    !parameter.startsWith('charset=') || /^charset="?utf-8"? *$/.test(parameter);
  return type?.trim() === 'application/json' && parameters.every(isReadable);
}

const unsupportedType: HttpError = {
  status: 415,
  code: 'BAD_REQUEST',
  message: 'Send the request as JSON in UTF-8, with the header: Content-Type: application/json.',
};

const malformed: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The body is not whole, well-formed JSON.',
};

function explain(error: unknown, maxBytes: number): HttpError {
  const { status } = error as { status?: number };
  if (status === 413) {
    const message = `The request's body is over ${maxBytes} bytes.`;
    return { status, code: 'PAYLOAD_TOO_LARGE', message, details: { maxBytes } };
  }
  if (status === 415) {
    return {
      status,
      code: 'BAD_REQUEST',
      message: 'Send the body plain or compressed by gzip, deflate or br.',
    };
  }
  return malformed;
}
