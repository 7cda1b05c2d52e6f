import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'body-parser';
import { ErrorAnswer } from './answers.ts';

/** How large the JSON payload of a request may be, counted after decompression. */
const PAYLOAD_MAX_BYTES = 512_000;

/** Reads a request's body as JSON, undefined when it has none. Throws a refusal: 400, 413 or 415. */
export function createBodyReader(): (request: IncomingMessage, response: ServerResponse) => Promise<unknown> {
  const parse = json({ limit: PAYLOAD_MAX_BYTES, type: () => true });
  return async (request, response) => {
    if (!hasBody(request)) return undefined;
    if (!isJson(request)) throw new ErrorAnswer(415, 'Send the body as application/json.');
    const error = await new Promise<unknown>((resolve) => parse(request, response, resolve));
    if (error) throw explain(error);
    return 'body' in request ? request.body : undefined;
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson({ headers }: IncomingMessage): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1);
  return mediaType.trim().toLowerCase() === 'application/json';
}

// The parser's own errors hold the body, and quote it in their messages: they are neither sent nor logged.
function explain(error: unknown): ErrorAnswer {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (status === 413) return new ErrorAnswer(413, `The body may not exceed ${PAYLOAD_MAX_BYTES} bytes of JSON.`);
  if (status === 415)
    return new ErrorAnswer(415, 'Send the body in UTF-8, as it is or compressed with gzip, deflate or br.');
  return new ErrorAnswer(400, 'The body is not JSON.');
}
