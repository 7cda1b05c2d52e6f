import { wholeNumber } from './environment.ts';

/** The stop of a process, which all of its servers share. */
export interface Shutdown {
  /** Aborted when the stop begins: the process is not ready any more, and each response closes its connection. */
  readonly signal: AbortSignal;
  /** How long servers serve after the beginning of the stop, without being ready. */
  readonly delayMs: number;
  /** How long requests in flight have after that. */
  readonly graceMs: number;
  /** Begins the stop. Servers still accept requests, until each is stopped. */
  begin(): void;
  /** Starts the grace period, unless a server has already. Returns the rest of it, in milliseconds. */
  startGrace(): number;
}

/** As long as the slowest request may take by default. */
const defaultGraceMs = 20_000;

/** Every process reads these variables. */
export const shutdownVariables = {
  SHUTDOWN_DELAY_MS: wholeNumber({ min: 0, max: 600_000 })
    .prefault('0')
    .describe('Time in which a stopping process is not ready but still serves, for load balancers to notice.'),
  SHUTDOWN_GRACE_MS: wholeNumber({ min: 0, max: 600_000 })
    .prefault(String(defaultGraceMs))
    .describe('Time for requests in flight when stopping; at least what a mutation may take.'),
};

/** Creates a shutdown that has not begun yet. */
export function createShutdown(graceMs = defaultGraceMs, delayMs = 0): Shutdown {
  const stopping = new AbortController();
  let graceEndsAt: number | undefined;
  return {
    signal: stopping.signal,
    delayMs,
    graceMs,
    begin: () => stopping.abort(new StoppingError('The process is stopping.')),
    startGrace() {
      const now = performance.now();
      graceEndsAt ??= now + graceMs;
      return Math.max(0, graceEndsAt - now);
    },
  };
}

/** The reason of the signal: why a process that stops is not ready. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
}

/** Thrown by a stop whose grace period was too short for some requests. Everything has been stopped nevertheless. */
export class RequestsCutOffError extends Error {
  override readonly name = 'RequestsCutOffError';
  readonly count: number;
  readonly graceMs: number;

  constructor(count: number, graceMs: number) {
    const requests = count === 1 ? '1 request was' : `${count} requests were`;
    super(`${requests} cut off, still in flight ${graceMs} ms after the stop (SHUTDOWN_GRACE_MS).`);
    this.count = count;
    this.graceMs = graceMs;
  }
}
