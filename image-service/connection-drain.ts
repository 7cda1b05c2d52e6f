import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/**
 * Tracks a server's connections from before it listens. `drain` stops accepting, closes idle connections at once and
 * every other one after its response, and resolves when none is left. `cutOff` closes those that are left, and returns
 * the number of requests that got no whole response.
 *
 * `server.close()` alone would not do: on Node 20 it destroys connections whose response is written but not yet sent.
 */
export function trackConnections(server: Server) {
  const sockets = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  let isDraining = false;

  server.on('connection', (socket) => {
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

  const drain = async (): Promise<void> => {
    isDraining = true;
    for (const response of inFlight) response.shouldKeepAlive = false;
    closeIdle();
    await stopAccepting(server);
    // Only stops the timer that looks for slow requests: no connection is left.
    server.close();
  };

  const cutOff = (): number => {
    const requests = inFlight.size;
    for (const socket of sockets) socket.destroy();
    return requests;
  };

  return { drain, cutOff };
}

function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
