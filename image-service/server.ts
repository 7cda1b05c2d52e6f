import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import { trackConnections } from './connection-drain.ts';
import { openImageFiles } from './image-files.ts';
import { createImageService } from './service.ts';

/** Where the service listens (port 0: a free one) and keeps its images, and what it answers with. */
export interface ImageServiceSettings {
  host: string;
  port: number;
  /** The absolute URL that clients reach it at, where that is not the one it listens on. */
  publicUrl?: string | undefined;
  token: string;
  folder: string;
  log?: Logger | undefined;
}

/** A running service. `url` is its base without a path. */
export interface RunningImageService {
  url: string;
  /** Stops after the requests in flight; those that take longer than `graceMs` are cut off. */
  stop(graceMs?: number): Promise<void>;
  /** The number of requests that stopping has cut off. */
  requestsCutOff(): number;
}

const REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_GRACE_MS = 20_000;

/** Starts the service. Rejects with node's own error: of listening (EADDRINUSE, …) or of the folder (EACCES, …). */
export async function startImageService(settings: ImageServiceSettings): Promise<RunningImageService> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  const connections = trackConnections(server);
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const url = urlOf(server);
  try {
    // Only now, and without a pause in which a request could come: opening sweeps the folder, and must not do so
    // under a process that already serves it on this port.
    serve(server, url, settings);
  } catch (error) {
    await connections.drain();
    throw error;
  }
  return { url, ...createStop(connections) };
}

function serve(server: Server, url: string, { folder, token, publicUrl = url, log }: ImageServiceSettings): void {
  const files = openImageFiles(folder);
  server.on('request', createImageService({ files, token, publicUrl: publicUrl.replace(/\/+$/, ''), log }));
}

function createStop({ drain, cutOff }: ReturnType<typeof trackConnections>) {
  let drained: Promise<void> | undefined;
  let requestsCutOff = 0;
  return {
    stop: async (graceMs = DEFAULT_GRACE_MS): Promise<void> => {
      const timer = setTimeout(() => {
        requestsCutOff += cutOff();
      }, graceMs);
      drained ??= drain();
      await drained.finally(() => clearTimeout(timer));
    },
    requestsCutOff: () => requestsCutOff,
  };
}

// Names an address and never `localhost`, which some clients' checks of URLs refuse.
function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
  const isEverywhere = address.address === '0.0.0.0' || address.address === '::';
  const host = isEverywhere ? '127.0.0.1' : address.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
