import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pathOf } from './routes.ts';

/** Logs a request when it has ended, without headers and body: they contain the token and image data. */
export function logWhenEnded(log: Logger, request: IncomingMessage, response: ServerResponse): void {
  const startedMs = performance.now();
  response.once('close', () => {
    log.info({
      event: 'request',
      ...describe(request),
      // A client that disconnects before the response has seen no status.
      status: response.headersSent ? response.statusCode : undefined,
      durationMs: Math.round(performance.now() - startedMs),
      isComplete: response.writableFinished,
    });
  });
}

/** Logs a bug with its stack; the client sees no details. */
export function logFailure(log: Logger, request: IncomingMessage, error: unknown): void {
  log.error({ event: 'failure', ...describe(request), err: error });
}

function describe(request: IncomingMessage) {
  return { requestId: request.headers['x-request-id'], method: request.method, path: pathOf(request) };
}
