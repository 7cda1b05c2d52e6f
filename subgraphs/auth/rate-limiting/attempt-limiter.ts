import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ApiError } from '../../../platform/api-error.ts';
import { overloaded } from '../../../platform/async/bounded-queue.ts';
import { createLimitedLog, kindOfError } from '../../../platform/process/limited-log.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { createInFlight } from './in-flight.ts';
import { type Quota, type Reservation, throwIfBlocked } from './quota.ts';

/** An attempt that has room in all its quotas. */
interface Admission {
  reservations: Reservation[];
  leave: () => void;
}

/** Polling for the end of attempts in other processes: five seconds in all. */
const maxPauses = 50;
const pauseMs = 100;
/** Longer only where the attempts before it waited for a locked database, one after the other. */
const maxQueuedMs = 2_000;

/**
 * Runs attempts, each of which reserves room in its quotas before its outcome is known: attempts made at the same moment
 * gain nothing. An attempt waits while those in flight leave no room.
 */
export function createAttemptLimiter(log: Logger) {
  const inFlight = createInFlight();
  const limited = createLimitedLog(log);
  const oneAtATime = pLimit(1);

  /** Errors of the counters do not change the outcome of an attempt: its reservations lapse by themselves. */
  const conclude = async (reservations: Reservation[], outcome: keyof Reservation) => {
    for (const reservation of reservations) {
      await reservation[outcome]().catch((err: unknown) => {
        limited.warn(kindOfError(err), { err }, 'outcome of a log-in attempt could not be counted');
      });
    }
  };

  /** Reserves room in all quotas or in none; then returns the key of the first quota without room. */
  const tryToEnter = async (quotas: Quota[]): Promise<Admission | { fullKey: string }> => {
    await throwIfBlocked(quotas);
    for (const { key, limit, hasRoom } of quotas) {
      // Attempts of this process count even after their reservations have lapsed.
      if (inFlight.count(key) >= limit || !(await hasRoom())) return { fullKey: key };
    }
    const reservations: Reservation[] = [];
    try {
      for (const quota of quotas) {
        const reservation = await quota.reserve();
        if (!reservation) return { fullKey: quota.key };
        reservations.push(reservation);
      }
      return { reservations, leave: inFlight.enter(quotas.map(({ key }) => key)) };
    } finally {
      if (reservations.length < quotas.length) await conclude(reservations, 'release');
    }
  };

  const enter = async (quotas: Quota[]): Promise<Admission> => {
    for (let pauses = 0; pauses < maxPauses; ) {
      const queuedAt = performance.now();
      // One at a time: otherwise all that wait for the same room would reserve it and release it again.
      const admission = await oneAtATime(() => {
        if (performance.now() - queuedAt > maxQueuedMs) throw overloaded();
        return tryToEnter(quotas);
      });
      if (!('fullKey' in admission)) return admission;
      if (inFlight.count(admission.fullKey) > 0) {
        await inFlight.nextEnd(admission.fullKey);
      } else {
        pauses += 1;
        await pause(pauseMs);
      }
    }
    throw overloaded();
  };

  return async <Result>(quotas: Quota[], run: () => Promise<Result>): Promise<Result> => {
    const { reservations, leave } = await enter(quotas.filter(({ limit }) => limit > 0));
    try {
      const result = await run();
      await conclude(reservations, 'succeed');
      return result;
    } catch (error) {
      await conclude(reservations, isWrongPassword(error) ? 'fail' : 'release');
      throw error;
    } finally {
      leave();
    }
  };
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof ApiError && error.extensions.code === 'INVALID_CREDENTIALS';
}
