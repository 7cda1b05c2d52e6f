import pLimit from 'p-limit';
import type { Logger } from '../../../runtime/logger.ts';
import { Refusal } from '../../../runtime/refusal.ts';
import { type Hold, type Quota, refuseWhereTooMany } from './quota.ts';
import { createUnderWay } from './under-way.ts';

/** A guess that is counted: what becomes of that when it has ended, and that it has. */
interface Entered {
  holds: Hold[];
  leave: () => void;
}

/** So many that of a crowd of wrong guesses each hears that it is one; more right ones would not be answered in time. */
const maxWaiting = 100;

/**
 * Runs guesses, each of which is counted in its quotas before it is known what comes of it: guesses at the same moment gain
 * nothing. Where a quota has no room for as long as others are under way in this process, it waits for what comes of them.
 */
export function createCountedGuesses(log: Logger) {
  const underWay = createUnderWay({ maxWaiting });
  const inTurn = pLimit(1);

  /** What keeps a counter from being mended changes no guess: counters are forgotten by themselves. */
  const settle = async (works: (() => Promise<void>)[]) => {
    for (const work of works) {
      await work().catch((err: unknown) => log.warn({ err }, 'a guess stays counted that should not'));
    }
  };

  /** All or nothing. */
  const takeAll = async (quotas: Quota[]): Promise<Hold[] | undefined> => {
    const holds: Hold[] = [];
    try {
      for (const quota of quotas) {
        const hold = await quota.take();
        if (!hold) break;
        holds.push(hold);
      }
      return holds.length === quotas.length ? holds : undefined;
    } finally {
      if (holds.length < quotas.length) await settle(holds.map(({ giveBack }) => giveBack));
    }
  };

  /** Or the key that has no room for now. */
  const tryToEnter = async (quotas: Quota[]): Promise<Entered | { fullKey: string }> => {
    const rooms = await Promise.all(quotas.map((quota) => quota.look(underWay.count(quota.key) > 0)));
    refuseWhereTooMany(rooms);
    // A success forgets also those that are still under way.
    const full = quotas.find(({ key, most }, at) => rooms[at] === 'TAKEN' || underWay.count(key) >= most);
    if (full) return { fullKey: full.key };
    const holds = await takeAll(quotas);
    if (!holds) return tryToEnter(quotas);
    return { holds, leave: underWay.enter(quotas.map(({ key }) => key)) };
  };

  const enter = async (quotas: Quota[]): Promise<Entered> => {
    for (;;) {
      // One after the other, or all who wait for one place would count themselves, and take it back.
      const entered = await inTurn(() => tryToEnter(quotas));
      if (!('fullKey' in entered)) return entered;
      await underWay.nextEnd(entered.fullKey);
    }
  };

  return async <Result>(quotas: Quota[], run: () => Promise<Result>): Promise<Result> => {
    const { holds, leave } = await enter(quotas);
    try {
      const result = await run();
      await settle(holds.map(({ succeed }) => succeed));
      return result;
    } catch (error) {
      if (!isWrongGuess(error)) await settle(holds.map(({ giveBack }) => giveBack));
      throw error;
    } finally {
      leave();
    }
  };
}

function isWrongGuess(error: unknown): boolean {
  return error instanceof Refusal && error.extensions.code === 'INVALID_CREDENTIALS';
}
