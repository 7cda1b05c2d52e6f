import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pathOf } from './routes.ts';

/** Logs requests without their headers and bodies, which contain the token and image data. */
export interface RequestLog {
  /** Logs a request when it has ended; of rejected ones, so many of a status a minute. */
  logWhenEnded(request: IncomingMessage, response: ServerResponse): void;
  /** Logs a bug with its stack; the client sees no details. */
  logFailure(request: IncomingMessage, error: unknown): void;
}

/** Lines of one status, or of bugs, that are logged a minute: clients can cause them as often as they like. */
const linesPerMinute = 20;
const minuteMs = 60_000;
/** In characters; a client's URL and headers may be much longer. */
const maxTextLength = 200;

export function createRequestLog(log: Logger): RequestLog {
  const counts = new Map<string, number>();

  /** Runs `write` unless enough lines of this kind were written in its minute. Logs the number left out afterwards. */
  const writeLimited = (level: 'info' | 'error', kind: string, write: () => void) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const endMinute = () => {
      const leftOut = (counts.get(kind) ?? 0) - linesPerMinute;
      if (leftOut > 0) log[level]({ event: 'lines of the last minute left out', kind, leftOut });
      counts.delete(kind);
    };
    if (count === 1) setTimeout(endMinute, minuteMs).unref();
    if (count <= linesPerMinute) write();
  };

  return {
    logWhenEnded(request, response) {
      const startedMs = performance.now();
      response.once('close', () => {
        // A client that disconnects before the response has seen no status.
        const status = response.headersSent ? response.statusCode : undefined;
        const write = () => {
          const durationMs = Math.round(performance.now() - startedMs);
          log.info({
            event: 'request',
            ...describe(request),
            status,
            durationMs,
            isComplete: response.writableFinished,
          });
        };
        if (status !== undefined && status < 400) write();
        else writeLimited('info', `status ${status}`, write);
      });
    },
    logFailure: (request, error) =>
      writeLimited('error', 'failure', () => log.error({ event: 'failure', ...describe(request), err: error })),
  };
}

function describe(request: IncomingMessage) {
  const requestId = String(request.headers['x-request-id'] ?? '').slice(0, maxTextLength) || undefined;
  return { requestId, method: request.method, path: pathOf(request).slice(0, maxTextLength) };
}
