import { join } from 'node:path';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { ApiError } from '../../../platform/api-error.ts';
import { DatabaseUnavailableError } from '../../../platform/database/database-unavailable-error.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { invalidCredentials } from '../errors.ts';
import { createThrottle, type Limits } from '../rate-limiting/throttle.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';

export const here = '192.0.2.1';
export const elsewhere = '198.51.100.1';

/** How a guess ended. */
export type Outcome = 'RIGHT' | 'WRONG' | { retryAfterSeconds: number } | 'UNAVAILABLE';

interface OpenThrottle {
  limits?: Partial<Limits>;
  file?: string;
  counters?: LimitStore;
}

export const newFile = () => join(folderOfTest(), 'auth.sqlite');

/** A throttle on a real database, whose clock the test moves; as strict as it is by default. */
export function openThrottle({ limits, file = newFile(), ...parts }: OpenThrottle = {}) {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
  }
  const counters = parts.counters ?? openSqliteLimitStore(file);
  let isOpen = true;
  const close = () => {
    if (isOpen) counters.close();
    isOpen = false;
  };
  onTestFinished(close);
  const { log, lines } = captureLog();
  const byDefault = { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 };
  const throttle = createThrottle({ limits: { ...byDefault, ...limits }, counters, log });

  let compared = 0;
  const guess = (run: () => Promise<Outcome>, { account = 'ADA', address = here } = {}): Promise<Outcome> =>
    throttle.guess({ account, address }, run).catch(outcomeOf);
  /** A guess at a password that takes its time, as bcrypt does. */
  const compare = (error?: Error) => async (): Promise<Outcome> => {
    compared += 1;
    await nextIteration();
    if (error) throw error;
    return 'RIGHT';
  };
  type About = Parameters<typeof guess>[1];
  return {
    file,
    throttle,
    close,
    log: lines,
    compared: () => compared,
    guess,
    right: (about?: About) => guess(compare(), about),
    wrong: (about?: About) => guess(compare(invalidCredentials()), about),
    unavailable: (about?: About) => guess(compare(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Busy.')), about),
    register: (address = here) => throttle.registration(address, async () => 'REGISTERED').catch(outcomeOf),
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

/** The same, one after the other. */
export async function inTurn<Result>(times: number, run: (at: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < times; at++) results.push(await run(at));
  return results;
}

export const atOnce = <Result>(times: number, run: (at: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, at) => run(at)));

export const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

export const passSeconds = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

export const refused = (retryAfterSeconds: number) => ({ retryAfterSeconds });
