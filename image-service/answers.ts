import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a request is answered with; nothing of it has been sent yet. */
export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: Buffer;
}

/** Why a request is not done. `message` is for the client and names nothing of the inside. */
export class ErrorAnswer extends Error {
  override readonly name = 'ErrorAnswer';
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** An answer of JSON, which no cache may keep. */
export function jsonAnswer(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  const body = Buffer.from(JSON.stringify(value));
  const own = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return { status, headers: { ...own, ...headers }, body };
}

/** The answer to what was done and has nothing to tell. */
export const noContent: Answer = { status: 204 };

/** The answer to an error: what a refusal says; of anything else, such as a bug, nothing but that there was one. */
export function errorAnswer(error: unknown): Answer {
  const { status, message, headers } = error instanceof ErrorAnswer ? error : masked;
  return jsonAnswer(status, { status_code: status, message }, headers);
}

/** Sends an answer, unless whoever asked has left. Node leaves the body out where the method is HEAD. */
export function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, headers).end(body);
}

const masked = { status: 500, message: 'The image service failed. Try again later.', headers: {} };
