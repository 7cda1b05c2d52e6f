import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ApiError } from '../../../platform/api-error.ts';
import { tooMuchAtOnce } from '../../../platform/async/bounded-queue.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { createInFlight } from './in-flight.ts';
import { type Hold, type Quota, refuseWhereTooMany } from './quota.ts';

/** A guess that is under way: its places, and that it has ended. */
interface Entered {
  holds: Hold[];
  leave: () => void;
}

/** For what is under way in other processes, of which nobody tells when it has ended: five seconds. */
const maxPauses = 50;
const pauseMs = 100;

/**
 * Runs guesses, each of which has a place in its quotas before it is known what comes of it: guesses at the same moment
 * gain nothing. Where a quota has none for as long as others are under way, it waits for what comes of them.
 */
export function createAttemptLimiter(log: Logger) {
  const underWay = createInFlight();
  const inTurn = pLimit(1);

  /** What keeps a counter from being changed changes no guess: places are given up by themselves. */
  const settle = async (holds: Hold[], how: keyof Hold) => {
    for (const hold of holds) {
      await hold[how]().catch((err: unknown) => log.warn({ err }, 'what came of a guess is not counted'));
    }
  };

  /** All places or none: then the key that has no room for now. */
  const tryToEnter = async (quotas: Quota[]): Promise<Entered | { fullKey: string }> => {
    await refuseWhereTooMany(quotas);
    for (const { key, most, hasRoom } of quotas) {
      // Those of this process count however long they take.
      if (underWay.count(key) >= most || !(await hasRoom())) return { fullKey: key };
    }
    const holds: Hold[] = [];
    try {
      for (const quota of quotas) {
        const hold = await quota.take();
        if (!hold) return { fullKey: quota.key };
        holds.push(hold);
      }
      return { holds, leave: underWay.enter(quotas.map(({ key }) => key)) };
    } finally {
      if (holds.length < quotas.length) await settle(holds, 'release');
    }
  };

  const enter = async (quotas: Quota[]): Promise<Entered> => {
    for (let pauses = 0; pauses < maxPauses; ) {
      // One after the other, or all who wait for one place would take it, and give it back.
      const entered = await inTurn(() => tryToEnter(quotas));
      if (!('fullKey' in entered)) return entered;
      if (underWay.count(entered.fullKey) > 0) {
        await underWay.nextEnd(entered.fullKey);
      } else {
        pauses += 1;
        await pause(pauseMs);
      }
    }
    throw tooMuchAtOnce();
  };

  return async <Result>(quotas: Quota[], run: () => Promise<Result>): Promise<Result> => {
    const { holds, leave } = await enter(quotas.filter(({ most }) => most > 0));
    try {
      const result = await run();
      await settle(holds, 'succeed');
      return result;
    } catch (error) {
      await settle(holds, isWrongGuess(error) ? 'fail' : 'release');
      throw error;
    } finally {
      leave();
    }
  };
}

function isWrongGuess(error: unknown): boolean {
  return error instanceof ApiError && error.extensions.code === 'INVALID_CREDENTIALS';
}
