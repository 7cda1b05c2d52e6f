import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorCode } from '../process/startup-error.ts';
import { type HttpError, sendError } from './json-body.ts';

/** Answers what Node's parser rejects, which reaches no listener, in the form and with the headers of other errors. */
export function answerMalformedRequests(server: Server, headers: Readonly<Record<string, string>>): void {
  const responses = new WeakMap<object, ServerResponse>();
  server.on('request', ({ socket }, res) => responses.set(socket, res));
  server.on('clientError', (error, socket) => {
    const response = responses.get(socket);
    // Bytes of another response would be mixed with these.
    const isBusy = response?.headersSent && !response.writableEnded;
    if (socket.writable && !isBusy) socket.write(rawResponse(errorFor(errorCode(error)), headers));
    // Closes it gracefully, and not before the client has read the response.
    (socket as Socket).destroySoon();
  });
  // Node answers every other `Expect` than 100-continue by itself (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (_, res) => sendError(res, unmetExpectation, { ...headers }));
}

function rawResponse({ status, code, message }: HttpError, headers: Readonly<Record<string, string>>): string {
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const all = {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

function errorFor(code: string | undefined): HttpError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'BAD_REQUEST', message: 'The request took too long to arrive.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'BAD_REQUEST', message: 'The extensions of chunks are too long: send none.' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'BAD_REQUEST', message: 'The headers are too long: send fewer, or shorter ones.' };
    default:
      return { status: 400, code: 'BAD_REQUEST', message: 'The request is not valid HTTP/1.1.' };
  }
}

const unmetExpectation: HttpError = {
  status: 417,
  code: 'BAD_REQUEST',
  message: 'Expect nothing, or 100-continue.',
};
