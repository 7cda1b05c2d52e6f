import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** Handles a request, and resolves when nothing of it runs any more, even if its client has left. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How long a connection is still read after its last response, if its client does not close it. */
const LINGER_MS = 1_000;
/** Limit of all pipelined requests that wait. Measured: up to 4 kB each, of which Node reads 2,400 at once. */
const MAX_WAITING = 20_000;
/** Pipelined requests that each connection may always have waiting. */
const MIN_WAITING = 16;
/** How often responses are looked for that their clients do not read. */
const LOOK_MS = 15_000;
/** Looks after which a client is disconnected: a minute, and as long as its response takes at 16 kB a second. */
const MIN_LOOKS = 4;
const BYTES_PER_LOOK = 240_000;

/**
 * Tracks a server's connections from before it listens, and passes their requests to the handler: those of one connection
 * one after the other (RFC 9112, section 9.3.2), with turns for other connections in between, and none that arrives after
 * `Connection: close` was sent (section 9.6). When too many pipelined requests wait, a connection that adds to them is cut
 * off. So is one whose client reads its response too slowly.
 *
 * Once `stopping` is aborted, each response closes its connection. `drain` closes all other connections, and resolves
 * when no connection is left and no handler runs. `cutOff` closes the connections that are left, ends the wait for
 * handlers, and returns the number of requests that were in flight.
 *
 * `server.close()` alone would not do: it handles what arrives on connections in use, and on Node 20 it destroys
 * connections whose response is written but not yet sent.
 */
export function trackConnections(server: Server, stopping?: AbortSignal) {
  const connections = new Map<Socket, Connection>();
  const running = new Set<ServerResponse>();
  let waitingCount = 0;
  let isDraining = false;
  let onIdle = () => {};

  server.on('connection', (socket) => {
    const connection: Connection = { current: undefined, waiting: [] };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      waitingCount -= connection.waiting.splice(0).length;
    });
    // Node calls it after a response with `Connection: close`. Its own would reset connections with unread input.
    socket.destroySoon = () => closeGracefully(socket);
  });

  const disconnectUnread = () => {
    for (const [socket, connection] of connections) {
      const { current, unread } = connection;
      if (!current?.writableEnded) continue;
      const looksLeft = MIN_LOOKS + Math.floor(socket.writableLength / BYTES_PER_LOOK);
      if (unread?.response !== current) connection.unread = { response: current, looksLeft };
      else if (--unread.looksLeft <= 0) socket.destroy();
    }
  };
  const looking = setInterval(disconnectUnread, LOOK_MS).unref();

  const responses = () => [...connections.values()].flatMap(({ current = [] }) => current);

  const closeAfterResponse = () => {
    for (const response of responses()) response.shouldKeepAlive = false;
  };
  stopping?.addEventListener('abort', closeAfterResponse);

  const handle = (handler: RequestHandler): void => {
    const run = async (response: ServerResponse) => {
      running.add(response);
      try {
        await handler(response.req, response);
      } finally {
        running.delete(response);
        if (running.size === 0) onIdle();
      }
    };

    const startNext = (connection: Connection, socket: Socket) => {
      if (isDraining || !socket.writable || connection.current) return;
      const response = connection.waiting.shift();
      if (!response) {
        if (socket.isPaused()) socket.resume();
        return;
      }
      waitingCount -= 1;
      connection.current = response;
      if (stopping?.aborted) response.shouldKeepAlive = false;
      response.once('close', () => {
        connection.current = undefined;
        if (isDraining || !response.shouldKeepAlive) closeGracefully(socket);
        else if (connection.waiting.length > 0) setImmediate(startNext, connection, socket);
        else startNext(connection, socket);
      });
      void run(response);
    };

    server.on('request', ({ socket }, response) => {
      const connection = connections.get(socket);
      // Node still parses what it has read from a connection that is cut off.
      if (!connection || socket.destroyed) return;
      connection.waiting.push(response);
      waitingCount += 1;
      if (!connection.current && connection.waiting.length === 1) return startNext(connection, socket);
      // A pipelined request waits. The pause bounds how many of one connection can.
      socket.pause();
      if (waitingCount > MAX_WAITING && connection.waiting.length > MIN_WAITING) socket.destroy();
    });
  };

  const whenIdle = () =>
    new Promise<void>((resolve) => {
      onIdle = resolve;
      if (running.size === 0) resolve();
    });

  const drain = async (): Promise<void> => {
    isDraining = true;
    const closed = stopAccepting(server);
    closeAfterResponse();
    for (const [socket, { current }] of connections) {
      if (!current) closeGracefully(socket);
      else if (current.req.complete) discardInput(socket);
    }
    await closed;
    await whenIdle();
    clearInterval(looking);
    // Only stops the timer that looks for slow requests: no connection is left.
    server.close();
  };

  const cutOff = (): number => {
    const { size } = new Set([...responses(), ...running]);
    for (const socket of connections.keys()) socket.destroy();
    running.clear();
    onIdle();
    return size;
  };

  return { handle, drain, cutOff };
}

/** The requests of one connection. */
interface Connection {
  /** Response of the request being handled. */
  current: ServerResponse | undefined;
  /** Responses of pipelined requests. */
  waiting: ServerResponse[];
  /** A response that was complete at the last look, but not sent. */
  unread?: { response: ServerResponse; looksLeft: number };
}

/**
 * Closes the sending side, and discards what arrives until the client closes its own: closing both at once would reset the
 * connection if there is unread input, and the client could lose the response (RFC 9112, section 9.6).
 */
function closeGracefully(socket: Socket): void {
  if (socket.writableEnded || socket.destroyed) return;
  socket.end();
  discardInput(socket);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** Discards what arrives from now on, in place of the HTTP parser. */
function discardInput(socket: Socket): void {
  socket.removeAllListeners('data').on('data', () => {});
  socket.resume();
}

function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
