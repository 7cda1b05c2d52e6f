import { setTimeout } from 'node:timers/promises';
import { type ImageServiceEffect, ImageServiceError } from './error.ts';

export interface Retries {
  /** Milliseconds since 1970. */
  deadline: number;
  isWorthAnother(trouble: ImageServiceError): boolean;
}

const maxAttempts = 3;
const effects: ImageServiceEffect[] = ['none', 'answered', 'unknown'];

/** What the last attempt gave, and the least certain trouble of those before it. */
export interface Retried<Result> {
  result: Result;
  trouble: ImageServiceError | undefined;
}

/** Makes up to three attempts within the deadline. Where all fail it throws the trouble that is the least certain. */
export async function withRetries<Result>(attempt: () => Promise<Result>, retries: Retries): Promise<Retried<Result>> {
  let worst: ImageServiceError | undefined;
  for (let count = 1; ; count += 1) {
    try {
      return { result: await attempt(), trouble: worst };
    } catch (error) {
      if (!(error instanceof ImageServiceError)) throw error;
      worst = worseOf(worst, error);
      const pauseMs = pauseAfter(count);
      const isTimeLeft = Date.now() + pauseMs < retries.deadline;
      if (count === maxAttempts || !retries.isWorthAnother(error) || !isTimeLeft) throw worst;
      await setTimeout(pauseMs);
    }
  }
}

function worseOf(one: ImageServiceError | undefined, other: ImageServiceError): ImageServiceError {
  return one && effects.indexOf(one.effect) >= effects.indexOf(other.effect) ? one : other;
}

/** 100 to 250 ms, then 200 to 500: jittered, so that calls which failed together do not come back together. */
function pauseAfter(attempts: number): number {
  return attempts * (100 + Math.random() * 150);
}
