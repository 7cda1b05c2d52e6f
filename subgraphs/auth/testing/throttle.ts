import { join } from 'node:path';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { ApiError } from '../../../platform/api-error.ts';
import { DatabaseUnavailableError } from '../../../platform/database/database-unavailable-error.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { invalidCredentials } from '../accounts/errors.ts';
import { createThrottle, type Limits } from '../rate-limiting/throttle.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';

export const address = '192.0.2.1';
export const otherAddress = '198.51.100.1';

/** The outcome of an attempt. */
export type Outcome = 'RIGHT' | 'WRONG' | { retryAfterSeconds: number } | 'UNAVAILABLE';

interface OpenThrottle {
  limits?: Partial<Limits>;
  file?: string;
  counters?: LimitStore;
}

export const newFile = () => join(folderOfTest(), 'auth.sqlite');

/** A throttle on a SQLite database with the default limits and a stopped clock, which `passSeconds` moves. */
export function openThrottle({ limits, file = newFile(), ...parts }: OpenThrottle = {}) {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
  }
  const counters = parts.counters ?? openSqliteLimitStore(file, { lockWait: { maxWaitMs: 50 } });
  let isOpen = true;
  const close = () => {
    if (isOpen) counters.close();
    isOpen = false;
  };
  onTestFinished(close);
  const { log, lines } = captureLog();
  const defaults = { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 };
  const throttle = createThrottle({ limits: { ...defaults, ...limits }, counters, log });

  let comparisons = 0;
  const attempt = (run: () => Promise<Outcome>, from: { account?: string; address?: string } = {}): Promise<Outcome> =>
    throttle.passwordAttempt({ account: 'ADA', address, ...from }, run).catch(outcomeOf);
  /** The comparison of a password, asynchronous as with bcrypt. */
  const compare = (error?: Error) => async (): Promise<Outcome> => {
    comparisons += 1;
    await nextIteration();
    if (error) throw error;
    return 'RIGHT';
  };
  type From = Parameters<typeof attempt>[1];
  return {
    file,
    throttle,
    close,
    log: lines,
    comparisons: () => comparisons,
    attempt,
    right: (from?: From) => attempt(compare(), from),
    wrong: (from?: From) => attempt(compare(invalidCredentials()), from),
    unavailable: (from?: From) => attempt(compare(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Busy.')), from),
    register: (from = address) => throttle.registration(from, async () => 'REGISTERED').catch(outcomeOf),
  };
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof DatabaseUnavailableError) return 'UNAVAILABLE';
  if (!(error instanceof ApiError)) throw error;
  const { extensions } = error;
  if (extensions.code === 'INVALID_CREDENTIALS') return 'WRONG';
  if (extensions.code === 'SERVICE_UNAVAILABLE') return 'UNAVAILABLE';
  if (extensions.code === 'RATE_LIMITED') return { retryAfterSeconds: extensions.retryAfterSeconds };
  throw error;
}

/** Runs the calls one after another. */
export async function inSequence<Result>(times: number, run: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let index = 0; index < times; index++) results.push(await run(index));
  return results;
}

/** Starts all calls at once. */
export const concurrently = <Result>(times: number, run: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => run(index)));

export const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

export const passSeconds = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

/** The outcome of an attempt that is rejected with RATE_LIMITED. */
export const rateLimited = (retryAfterSeconds: number) => ({ retryAfterSeconds });
