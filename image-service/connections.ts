import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/**
 * Stops a server gracefully. `drain` lets every request in flight have its whole answer; it resolves when no
 * connection is left. `cut` ends those that are. To be called before the server listens.
 *
 * The server's own close() destroys connections whose answer is written but not yet sent, so that a slow reader gets
 * half an image (seen with Node 20); hence the book-keeping.
 */
export function watchConnections(server: Server) {
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

  const endIdle = () => {
    const busy = new Set([...inFlight].map(({ req }) => req.socket));
    for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
  };

  const drain = async () => {
    isDraining = true;
    for (const response of inFlight) response.shouldKeepAlive = false;
    endIdle();
    await stopAccepting(server);
    // Nothing is left to close but the timer by which the server watches for slow requests.
    server.close();
  };

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  return { drain, cut };
}

function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
