import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'body-parser';

/** An answer that is no GraphQL result: a request that was refused before GraphQL saw it. */
export interface HttpRefusal {
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
export function sendRefusal(
  res: ServerResponse,
  { status, code, message, details }: HttpRefusal,
  headers: Headers = {},
): void {
  sendJson(res, status, { errors: [{ message, extensions: { code, ...details } }] }, headers);
}

type ReadJson = (req: IncomingMessage, res: ServerResponse) => Promise<{ body: unknown } | { refusal: HttpRefusal }>;

/** Reads JSON bodies of at most `maxBytes` bytes, counted after decompression (gzip, deflate, br). */
export function createJsonReader(maxBytes: number): ReadJson {
  const parse = json({ limit: maxBytes, type: () => true });
  return async (req, res) => {
    if (!isJson(req)) return { refusal: unsupportedType };
    const error = await new Promise<unknown>((resolve) => parse(req, res, resolve));
    return error === undefined ? { body: (req as { body?: unknown }).body } : { refusal: explain(error, maxBytes) };
  };
}

function isJson(req: IncomingMessage): boolean {
  return req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

const unsupportedType: HttpRefusal = {
  status: 415,
  code: 'BAD_REQUEST',
  message: 'Send the request as JSON, with the header: Content-Type: application/json.',
};

function explain(error: unknown, maxBytes: number): HttpRefusal {
  const { status } = error as { status?: number };
  if (status === 413) {
    const message = `The request's body is over ${maxBytes} bytes.`;
    return { status, code: 'PAYLOAD_TOO_LARGE', message, details: { maxBytes } };
  }
  if (status === 415) {
    return {
      status,
      code: 'BAD_REQUEST',
      message: 'Send the body in UTF-8, plain or compressed by gzip, deflate or br.',
    };
  }
  return { status: 400, code: 'BAD_REQUEST', message: 'The body is not whole, well-formed JSON.' };
}
