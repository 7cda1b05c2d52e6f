import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** Handles a request, and resolves when nothing of it runs any more, even if its client has left. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Tracks a server's connections from before it listens, and the requests that `handle` passes to its handler. `drain`
 * stops accepting, closes idle connections at once and every other one after its response, and resolves when no
 * connection is left and no handler runs. `cutOff` closes the connections that are left, ends the wait for handlers, and
 * returns the number of requests that were in flight.
 *
 * `server.close()` alone would not do: on Node 20 it destroys connections whose response is written but not yet sent.
 */
export function trackConnections(server: Server) {
  const sockets = new Set<Socket>();
  const responses = new Set<ServerResponse>();
  const running = new Set<ServerResponse>();
  let isDraining = false;
  let onIdle = () => {};

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  server.on('request', ({ socket }, response) => {
    responses.add(response);
    if (isDraining) response.shouldKeepAlive = false;
    response.once('close', () => {
      responses.delete(response);
      if (isDraining) socket.destroySoon();
    });
  });

  const closeIdle = () => {
    const busy = new Set([...responses].map(({ req }) => req.socket));
    for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
  };

  const handle = (handler: RequestHandler): void => {
    server.on('request', async (request, response) => {
      running.add(response);
      try {
        await handler(request, response);
      } finally {
        running.delete(response);
        if (running.size === 0) onIdle();
      }
    });
  };

  const whenIdle = () =>
    new Promise<void>((resolve) => {
      onIdle = resolve;
      if (running.size === 0) resolve();
    });

  const drain = async (): Promise<void> => {
    isDraining = true;
    for (const response of responses) response.shouldKeepAlive = false;
    closeIdle();
    await stopAccepting(server);
    await whenIdle();
    // Only stops the timer that looks for slow requests: no connection is left.
    server.close();
  };

  const cutOff = (): number => {
    const requests = new Set([...responses, ...running]).size;
    for (const socket of sockets) socket.destroy();
    running.clear();
    onIdle();
    return requests;
  };

  return { handle, drain, cutOff };
}

function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
