import type { ServerResponse } from 'node:http';
import type { HttpError } from '../responses.ts';

/** Limit of one body, by its sender. */
export interface BodyLimit {
  /** After decompression. */
  maxBytes: number;
  /** Names a client that may send more without compression: an upload. Nobody by default. */
  uploader?: (() => string) | undefined;
  /** Sent in place of PAYLOAD_TOO_LARGE, except for a body that declares to be over the limit of uploads. */
  error?: HttpError;
  /** Further sentences of PAYLOAD_TOO_LARGE. */
  hint?: string;
  /** Further extensions of PAYLOAD_TOO_LARGE. */
  details?: Record<string, unknown>;
}

/** Closes the connection after the error: the rest of the body would otherwise be read as the next request. */
export function closeAfter(res: ServerResponse, error: HttpError): { error: HttpError } {
  res.shouldKeepAlive = false;
  return { error };
}

/** The error of a body over its limit. */
export const errorOver = (limit: BodyLimit): HttpError => limit.error ?? tooLarge(limit);

/** PAYLOAD_TOO_LARGE with the limit in bytes. */
export function tooLarge({ maxBytes, hint, details }: BodyLimit): HttpError {
  const message = `The request's body is over ${maxBytes} bytes.${hint === undefined ? '' : ` ${hint}`}`;
  return { status: 413, code: 'PAYLOAD_TOO_LARGE', message, details: { maxBytes, ...details } };
}

const unavailable = (status: number, message: string): HttpError => ({
  status,
  code: 'SERVICE_UNAVAILABLE',
  message,
  headers: { 'retry-after': '2' },
});

export const overloaded = unavailable(503, 'Too many large requests are being handled: try again in a few seconds.');

export const noRoom = unavailable(
  503,
  'Too many uploads are being handled, of all clients or from your address: try again in a few seconds.',
);

export const tooSlow = unavailable(
  408,
  'The body arrived too slowly while other requests were waiting: try again in a few seconds.',
);
