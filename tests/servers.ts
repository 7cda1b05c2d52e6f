import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small real server; `stop` cuts off whoever still waits. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Listens on a free port. */
export async function listen(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** A URL where nothing listens. */
export async function deadUrl(): Promise<string> {
  const { url, stop } = await listen(() => {});
  await stop();
  return url;
}
