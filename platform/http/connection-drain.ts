import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { type GracePeriod, RequestsCutOffError } from '../process/grace-period.ts';

/** Stops accepting connections and waits for the requests in flight. */
export type DrainConnections = (grace: GracePeriod) => Promise<void>;

/**
 * Tracks a server's connections from before it listens. Draining closes idle connections at once and every other one
 * after its response. When the grace period is over, the rest is cut off and RequestsCutOffError is thrown.
 *
 * `server.close()` alone would not do: on Node 20 it destroys connections whose response is written but not yet sent.
 */
export function trackConnections(server: Server): DrainConnections {
  const sockets = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  let isDraining = false;

  server.on('connection', (socket) => {
    // Node caches the address on first use: it stays known after the client has disconnected.
    void socket.remoteAddress;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  server.on('request', ({ socket }, response) => {
    inFlight.add(response);
    if (isDraining) response.shouldKeepAlive = false;
    response.once('close', () => {
      inFlight.delete(response);
      if (isDraining) socket.destroySoon();
    });
  });

  const closeIdle = () => {
    const busy = new Set([...inFlight].map(({ req }) => req.socket));
    for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
  };

  return async (grace) => {
    isDraining = true;
    for (const response of inFlight) response.shouldKeepAlive = false;
    closeIdle();
    let cutOff = 0;
    const timer = setTimeout(() => {
      cutOff = inFlight.size;
      for (const socket of sockets) socket.destroy();
    }, grace.remainingMs());
    await stopAccepting(server);
    clearTimeout(timer);
    // Only stops the timer that looks for slow requests: no connection is left.
    server.close();
    if (cutOff > 0) throw new RequestsCutOffError(cutOff, grace.totalMs);
  };
}

/** Resolves when the last connection is closed; at once if the server does not listen. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
