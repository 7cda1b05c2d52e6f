import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ArrivalLimits {
  /** How long the headers of a request may take; after them, its body may take as long at any rate. */
  graceMs: number;
  /** Average rate of a body that takes longer. */
  minBytesPerSecond: number;
}

const defaultArrivalLimits: ArrivalLimits = { graceMs: 30_000, minBytesPerSecond: 16 * 1024 };
const checksPerGrace = 10;

interface Arrival {
  req: IncomingMessage;
  /** Bytes of the connection before this body. */
  bytesBefore: number;
  readingMs: number;
}

/**
 * Ends requests that arrive too slowly, so that a client that trickles holds no connection. A limit of the whole time, as
 * Node's `requestTimeout`, would also end a photo from a phone. Only time in which the server reads counts.
 */
export function endSlowRequests(server: Server, limits: ArrivalLimits = defaultArrivalLimits): void {
  const { graceMs, minBytesPerSecond } = limits;
  const checkMs = graceMs / checksPerGrace;
  const arrivals = new Map<Socket, Arrival>();
  server.headersTimeout = graceMs;
  server.requestTimeout = 0;

  server.on('connection', (socket) => socket.once('close', () => arrivals.delete(socket)));
  server.on('request', (req) => {
    const { socket } = req;
    if (!socket.destroyed) arrivals.set(socket, { req, bytesBefore: socket.bytesRead, readingMs: 0 });
  });

  const check = () => {
    for (const [socket, arrival] of arrivals) {
      if (arrival.req.complete) arrivals.delete(socket);
      else if (arrival.req.readableFlowing) arrival.readingMs += checkMs;
      const allowedMs = graceMs + ((socket.bytesRead - arrival.bytesBefore) / minBytesPerSecond) * 1000;
      if (arrival.readingMs <= allowedMs) continue;
      arrivals.delete(socket);
      server.emit('clientError', new RequestTimeoutError(), socket);
    }
  };
  server.once('listening', () => {
    const checking = setInterval(check, checkMs).unref();
    server.once('close', () => clearInterval(checking));
  });
}

/** As Node's own for headers that take too long. */
class RequestTimeoutError extends Error {
  override name = 'RequestTimeoutError';
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';
}
