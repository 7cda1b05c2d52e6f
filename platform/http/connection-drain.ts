import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { type GracePeriod, RequestsCutOffError } from '../process/grace-period.ts';

export interface Drain {
  /**
   * Counts work as in flight until it settles, even if its client has left: a mutation runs on. Work that answers an HTTP
   * request names its response, and is counted with it as one request.
   */
  track<Value>(work: Promise<Value>, response?: ServerResponse): Promise<Value>;
  /** Stops accepting connections and waits for the requests in flight. */
  drain(grace: GracePeriod): Promise<void>;
}

/**
 * Tracks a server's connections from before it listens. Draining closes idle connections at once and every other one
 * after its response, and waits for all tracked work. When the grace period is over, the rest is cut off and
 * RequestsCutOffError is thrown.
 *
 * `server.close()` alone would not do: on Node 20 it destroys connections whose response is written but not yet sent.
 */
export function trackConnections(server: Server): Drain {
  const sockets = new Set<Socket>();
  const responses = new Set<ServerResponse>();
  const running = new Set<object>();
  let isDraining = false;
  let onIdle = () => {};

  server.on('connection', (socket) => {
    // Node caches the address on first use: it stays known after the client has disconnected.
    void socket.remoteAddress;
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

  const whenIdle = () =>
    new Promise<void>((resolve) => {
      onIdle = resolve;
      if (running.size === 0) resolve();
    });

  return {
    track(work, response) {
      const request = response ?? work;
      running.add(request);
      const settled = () => {
        running.delete(request);
        if (running.size === 0) onIdle();
      };
      work.then(settled, settled);
      return work;
    },
    async drain(grace) {
      isDraining = true;
      for (const response of responses) response.shouldKeepAlive = false;
      closeIdle();
      let cutOff = 0;
      const timer = setTimeout(() => {
        cutOff = new Set([...responses, ...running]).size;
        for (const socket of sockets) socket.destroy();
        // Ends the wait for work that still runs.
        running.clear();
        onIdle();
      }, grace.remainingMs());
      await stopAccepting(server);
      await whenIdle();
      clearTimeout(timer);
      // Only stops the timer that looks for slow requests: no connection is left.
      server.close();
      if (cutOff > 0) throw new RequestsCutOffError(cutOff, grace.totalMs);
    },
  };
}

/** Resolves when the last connection is closed; at once if the server does not listen. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}
