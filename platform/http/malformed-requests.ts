import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitedLog } from '../process/limited-log.ts';
import { type HttpError, sendError } from './responses.ts';

/** Answers what Node passes to no request listener, in the form and with the headers of other errors, and logs it. */
export function answerMalformedRequests(
  server: Server,
  headers: Readonly<Record<string, string>>,
  limited: LimitedLog,
): void {
  const lastResponses = new WeakMap<object, ServerResponse>();
  const rejected = new WeakSet<object>();

  const reject = (socket: Socket, error: HttpError) => {
    // The parser fails again with all that arrives later.
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const { status, code, message } = error;
    // A client of another protocol cannot read the response, so its user may look here.
    const level = wrongProtocols.includes(message) ? 'warn' : 'info';
    // Browsers open connections that they may never use.
    if (socket.bytesRead > 0) limited[level](message, { status, code, reason: message }, 'rejected');
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
  server.on('clientError', (error, socket) => reject(socket as Socket, errorFor(error)));
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

/** An error of Node's parser, with what was read last. */
interface ParserError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

function errorFor({ code, rawPacket }: ParserError): HttpError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'BAD_REQUEST', message: 'The request took too long to arrive.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'BAD_REQUEST', message: 'The extensions of chunks are too long: send none.' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'BAD_REQUEST', message: 'The headers are too long: send fewer, or shorter ones.' };
    default:
      return { status: 400, code: 'BAD_REQUEST', message: explain(rawPacket) };
  }
}

/** Tells protocols for which clients take this one by mistake from what is malformed. */
function explain(received: Buffer = Buffer.alloc(0)): string {
  // The record type of a handshake, and the major version (RFC 8446, section 5.1).
  if (received[0] === 22 && received[1] === 3) return notTls;
  if (received.subarray(0, http2Preface.length).equals(http2Preface)) return notHttp2;
  return 'The request is not valid HTTP/1.1.';
}

const notTls = 'This port speaks http, not https: use a URL that begins with http://.';
const notHttp2 = 'This server speaks HTTP/1.1, not HTTP/2: send requests of HTTP/1.1.';
const wrongProtocols = [notTls, notHttp2];

// RFC 9113, section 3.4.
const http2Preface = Buffer.from('PRI * HTTP/2.0');

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
