import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pathOf } from './routes.ts';

/** Logs a request when it has ended. Headers and body stay out of the log: the token and image data are in them. */
export function logWhenEnded(log: Logger, request: IncomingMessage, response: ServerResponse): void {
  const startedMs = performance.now();
  response.once('close', () => {
    log.info({
      event: 'request',
      ...named(request),
      // Whoever leaves before the answer begins has seen no status.
      status: response.headersSent ? response.statusCode : undefined,
      durationMs: Math.round(performance.now() - startedMs),
      isComplete: response.writableFinished,
    });
  });
}

/** Logs an error that is no refusal, whole: the client was told nothing of it. */
export function logFailure(log: Logger, request: IncomingMessage, error: unknown): void {
  log.error({ event: 'failure', ...named(request), err: error });
}

function named(request: IncomingMessage) {
  return { requestId: request.headers['x-request-id'], method: request.method, path: pathOf(request) };
}
