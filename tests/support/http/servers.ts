import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small real server. `stop` closes open connections. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Keeps idle connections open, so that only the code under test closes them: Node's default is five seconds. */
const keepAliveTimeout = 600_000;

/** Starts a server on a free port. */
export async function listen(listener: RequestListener): Promise<TestServer> {
  const server = createServer({ keepAliveTimeout }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/**
 * A port for a server that stops and comes back. It is outside the range of ephemeral ports, so that nothing else takes
 * it in between.
 */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** A URL at which nothing listens. */
export const deadUrl = async () => `http://127.0.0.1:${await unusedPort()}`;
