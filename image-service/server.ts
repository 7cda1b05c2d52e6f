import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import { type RequestHandler, trackConnections } from './connection-drain.ts';
import { openImageFiles } from './image-files.ts';
import { requireType } from './image-input.ts';
import { answerMalformedRequests } from './malformed-requests.ts';
import { createImageService } from './service.ts';

export interface ImageServiceSettings {
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Absolute URL under which clients reach the service, if it differs from the one it listens on. */
  publicUrl?: string | undefined;
  token: string;
  /** Folder of the images. */
  folder: string;
  /** Rejects images whose bytes are of another type than they claim; default: true. */
  checkBytes?: boolean | undefined;
  /** Aborted when a stop begins: the service is not ready any more, and each response closes its connection. */
  stopping?: AbortSignal | undefined;
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

/** Starts the service. Rejects with Node's error for listening (EADDRINUSE, …) or for the folder (EACCES, …). */
export async function startImageService(settings: ImageServiceSettings): Promise<RunningImageService> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, requireHostHeader: false });
  // Node would leave out all headers after the 2,000th. Their bytes are limited.
  server.maxHeadersCount = 0;
  answerMalformedRequests(server);
  const connections = trackConnections(server, settings.stopping);
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const url = urlOf(server);
  try {
    // After listening, because opening deletes temporary files, which a process that has this port may be writing.
    // Synchronous, so that no request arrives before there is a handler.
    connections.handle(createHandler(url, settings));
  } catch (error) {
    await connections.drain();
    throw error;
  }
  return { url, ...createStop(connections) };
}

function createHandler(url: string, settings: ImageServiceSettings): RequestHandler {
  const { folder, token, publicUrl = url, checkBytes = true, stopping, log } = settings;
  const files = openImageFiles(folder, checkBytes ? requireType : undefined);
  return createImageService({ files, token, publicUrl: publicUrl.replace(/\/+$/, ''), stopping, log });
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

// An address, never `localhost`, which some clients reject in URLs.
function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
  const isEverywhere = address.address === '0.0.0.0' || address.address === '::';
  const host = isEverywhere ? '127.0.0.1' : address.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
