import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { RequestsCutOffError, type Shutdown } from '../process/shutdown.ts';

/** Handles a request. Resolves when nothing of it runs any more, even if its client left before. */
export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export interface Drain {
  /** Counts work as in flight until it settles. */
  track<Value>(work: Promise<Value>): Promise<Value>;
  /** Stops accepting connections and requests, and waits for the requests in flight. */
  drain(): Promise<void>;
}

/** How long a connection is still read after its last response, if its client does not close it. */
const lingerMs = 1_000;

/** Limit of all pipelined requests that wait. Measured: up to 4 kB each, of which Node reads 2,400 at once. */
const maxWaiting = 20_000;

/** Pipelined requests that each connection may always have waiting. */
const minWaiting = 16;

/** How often responses are looked for that their clients do not read. */
const lookMs = 15_000;
/** Looks after which a client is disconnected: a minute, and as long as its response takes at 16 kB a second. */
const minLooks = 4;
const bytesPerLook = 240_000;

/**
 * Passes a server's requests to `handle`, those of one connection one after the other (RFC 9112, section 9.3.2), with
 * turns for other connections in between. What arrives on a connection after `Connection: close` was sent is not handled
 * (section 9.6). When too many pipelined requests wait, a connection that adds to them is cut off. So is one whose
 * client reads its response too slowly.
 *
 * From the beginning of the shutdown on, each response closes its connection. Draining closes all other connections at
 * once, and waits for requests and tracked work. When the grace period is over, the rest is cut off and
 * RequestsCutOffError is thrown.
 *
 * `server.close()` alone would not do: it handles what arrives on connections in use, and on Node 20 it destroys
 * connections whose response is written but not yet sent.
 */
export function handleUntilDrained(server: Server, handle: RequestHandler, shutdown: Shutdown): Drain {
  const connections = new Map<Socket, Connection>();
  const running = new Set<object>();
  let waitingCount = 0;
  let isDraining = false;
  let onIdle = () => {};

  const settle = (request: object) => {
    running.delete(request);
    if (running.size === 0) onIdle();
  };

  const track = <Value>(work: Promise<Value>, request: object = work): Promise<Value> => {
    running.add(request);
    work.then(
      () => settle(request),
      () => settle(request),
    );
    return work;
  };

  const startNext = (connection: Connection, socket: Socket) => {
    if (isDraining || !socket.writable || connection.current) return;
    const res = connection.waiting.shift();
    if (!res) {
      if (socket.isPaused()) socket.resume();
      return;
    }
    waitingCount -= 1;
    connection.current = res;
    if (shutdown.signal.aborted) res.shouldKeepAlive = false;
    res.once('close', () => {
      connection.current = undefined;
      if (isDraining || !res.shouldKeepAlive) closeGracefully(socket);
      else if (connection.waiting.length > 0) setImmediate(startNext, connection, socket);
      else startNext(connection, socket);
    });
    void track(handle(res.req, res), res);
  };

  server.on('connection', (socket) => {
    // Node caches the address on first use: it stays known after the client has disconnected.
    void socket.remoteAddress;
    const connection: Connection = { current: undefined, waiting: [] };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      waitingCount -= connection.waiting.splice(0).length;
    });
    // Node calls it after a response with `Connection: close`. Its own would reset connections with unread input.
    socket.destroySoon = () => closeGracefully(socket);
  });

  server.on('request', ({ socket }, res) => {
    const connection = connections.get(socket);
    // Node still parses what it has read from a connection that is cut off.
    if (!connection || socket.destroyed) return;
    connection.waiting.push(res);
    waitingCount += 1;
    if (!connection.current && connection.waiting.length === 1) return startNext(connection, socket);
    // A pipelined request waits. The pause bounds how many of one connection can.
    socket.pause();
    if (waitingCount > maxWaiting && connection.waiting.length > minWaiting) socket.destroy();
  });

  const disconnectUnread = () => {
    for (const [socket, connection] of connections) {
      const { current, unread } = connection;
      if (!current?.writableEnded) continue;
      const looksLeft = minLooks + Math.floor(socket.writableLength / bytesPerLook);
      if (unread?.response !== current) connection.unread = { response: current, looksLeft };
      else if (--unread.looksLeft <= 0) socket.destroy();
    }
  };
  const looking = setInterval(disconnectUnread, lookMs).unref();

  const responses = () => [...connections.values()].flatMap(({ current = [] }) => current);

  shutdown.signal.addEventListener('abort', () => {
    for (const res of responses()) res.shouldKeepAlive = false;
  });

  const whenIdle = () =>
    new Promise<void>((resolve) => {
      onIdle = resolve;
      if (running.size === 0) resolve();
    });

  const cutOff = (): number => {
    const { size } = new Set([...responses(), ...running]);
    for (const socket of connections.keys()) socket.destroy();
    // Ends the wait for work that still runs.
    running.clear();
    onIdle();
    return size;
  };

  return {
    track,
    async drain() {
      isDraining = true;
      shutdown.begin();
      const closed = stopAccepting(server);
      for (const [socket, { current }] of connections) {
        if (!current) closeGracefully(socket);
        else if (current.req.complete) discardInput(socket);
      }
      let requestsCutOff = 0;
      const timer = setTimeout(() => {
        requestsCutOff = cutOff();
      }, shutdown.startGrace());
      await closed;
      await whenIdle();
      clearTimeout(timer);
      clearInterval(looking);
      // Only stops the timer that looks for slow requests: no connection is left.
      server.close();
      if (requestsCutOff > 0) throw new RequestsCutOffError(requestsCutOff, shutdown.graceMs);
    },
  };
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
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/** Discards what arrives from now on, in place of the HTTP parser. */
function discardInput(socket: Socket): void {
  socket.removeAllListeners('data').on('data', () => {});
  socket.resume();
}

/** Resolves when the last connection is closed; at once if the server does not listen. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
