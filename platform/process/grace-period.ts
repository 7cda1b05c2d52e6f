import { wholeNumber } from './environment.ts';

/** The time that a stopping process gives the requests in flight. All servers of the process share one. */
export interface GracePeriod {
  readonly totalMs: number;
  /** The rest of the period, which starts with the first call. */
  remainingMs(): number;
}

/** As long as the slowest request may take by default. */
const defaultGraceMs = 20_000;

/** Every process reads this variable. */
export const shutdownGraceMs = () =>
  wholeNumber({ min: 0, max: 600_000 })
    .prefault(String(defaultGraceMs))
    .describe('Time for requests in flight when stopping; at least what a mutation may take.');

/** Creates a grace period that has not started yet. */
export function createGracePeriod(totalMs = defaultGraceMs): GracePeriod {
  let endsAt: number | undefined;
  return {
    totalMs,
    remainingMs() {
      const now = performance.now();
      endsAt ??= now + totalMs;
      return Math.max(0, endsAt - now);
    },
  };
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
