import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorCode } from '../process/startup-error.ts';
import { type HttpError, sendError } from './responses.ts';

/** Answers what Node passes to no request listener, in the form and with the headers of other errors. */
export function answerMalformedRequests(server: Server, headers: Readonly<Record<string, string>>): void {
  const lastResponses = new WeakMap<object, ServerResponse>();
  const rejected = new WeakSet<object>();

  const reject = (socket: Socket, error: HttpError) => {
    // The parser fails again with all that arrives later.
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const answer = () => {
      if (socket.writable) socket.write(rawResponse(error, headers));
      // Closes it gracefully, and not before the client has read the response.
      socket.destroySoon();
    };
    const last = lastResponses.get(socket);
    if (!last || last.writableFinished) return answer();
    // The requests before this one have their responses first (RFC 9112, section 9.3.2).
    if (last.req.complete) last.once('close', answer);
    // Bytes of another response would be mixed with these.
    else if (last.headersSent) socket.destroySoon();
    else answer();
  };

  server.on('request', ({ socket }, res) => lastResponses.set(socket, res));
  server.on('clientError', (error, socket) => reject(socket as Socket, errorFor(errorCode(error))));
  server.on('connect', (_: IncomingMessage, socket) => reject(socket as Socket, noTunnel));
  // Node answers every other `Expect` than 100-continue by itself (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (_, res) => sendError(res, unmetExpectation, { ...headers }));
}

function rawResponse(error: HttpError, headers: Readonly<Record<string, string>>): string {
  const { status, code, message } = error;
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const all = {
    ...headers,
    ...error.headers,
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

const noTunnel: HttpError = {
  status: 405,
  code: 'BAD_REQUEST',
  message: 'This server is no proxy: send a request for a path, such as POST /graphql.',
  headers: { allow: 'GET, HEAD, POST, OPTIONS' },
};
