import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { EVERY_METHOD, errorReply, HttpError, headersOf, send } from './responses.ts';

/** Answers what Node passes to no request listener, in the form and with the headers of other errors. */
export function answerMalformedRequests(server: Server): void {
  const lastResponses = new WeakMap<object, ServerResponse>();
  const rejected = new WeakSet<object>();

  const reject = (socket: Socket, error: HttpError) => {
    // The parser fails again with all that arrives later.
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const answer = () => {
      if (socket.writable) socket.write(rawResponse(error));
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

  server.on('request', ({ socket }, response) => lastResponses.set(socket, response));
  server.on('clientError', (error, socket) => reject(socket as Socket, explain(error)));
  server.on('connect', (_: IncomingMessage, socket) => reject(socket as Socket, noTunnel));
  // Node answers every other `Expect` than 100-continue by itself (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (_, response) => send(response, errorReply(unmetExpectation)));
}

function rawResponse(error: HttpError): string {
  const { status, body = '', ...reply } = errorReply(error);
  const headers = Object.entries({ ...headersOf(reply), Connection: 'close' });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

function explain(error: Error & { code?: string; rawPacket?: Buffer }): HttpError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError(408, 'The request took too long to arrive.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpError(413, 'The extensions of chunks are too long: send none.');
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError(431, 'The headers are too long: send fewer, or shorter ones.');
    default:
      // The record type of a handshake, and the major version (RFC 8446, section 5.1).
      if (error.rawPacket?.[0] === 22 && error.rawPacket[1] === 3)
        return new HttpError(400, 'This port speaks http, not https: use a URL that begins with http://.');
      return new HttpError(400, 'The request is not valid HTTP/1.1.');
  }
}

const unmetExpectation = new HttpError(417, 'Expect nothing, or 100-continue.');

const noTunnel = new HttpError(405, 'This server is no proxy: send a request for a path.', {
  Allow: EVERY_METHOD,
});
