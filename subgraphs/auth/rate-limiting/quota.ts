import { createHash } from 'node:crypto';
import { rateLimited } from '../../../platform/api-error.ts';
import type { LimitStore } from '../storage/limit-store.ts';

const hourMs = 3_600_000;
const maxBlockMs = 4 * hourMs;
/** Earlier blocks make the next one longer until this long after the last has ended. */
const blockMemoryMs = 24 * hourMs;

/**
 * A reservation lapses after this long, or up to twice as long, if its process ends without settling it. Longer than
 * any client waits for the outcome of an attempt.
 */
const reservationMs = 20_000;

export interface QuotaSettings {
  counters: LimitStore;
  name: string;
  /** Maximum number in each window. */
  limit: number;
  windowMs: number;
  /** Effect of a success: resets the count, does not count, or counts like a failure. */
  onSuccess: 'RESET' | 'IGNORE' | 'COUNT';
}

/** Room in a quota for one attempt in flight. Exactly one method must be called; otherwise the reservation lapses. */
export interface Reservation {
  succeed(): Promise<void>;
  /** Counts the attempt. */
  fail(): Promise<void>;
  /** Gives the room back without counting the attempt. */
  release(): Promise<void>;
}

/** The attempts that one subject may make in a window. */
export interface Quota {
  key: string;
  limit: number;
  /** The end of the current block, in milliseconds since 1970; 0 if the subject is not blocked. */
  blockedUntil(): Promise<number>;
  /** Tells whether counted attempts and those in flight, in any process, leave room for another. */
  hasRoom(): Promise<boolean>;
  /** Returns undefined if another attempt took the last room. */
  reserve(): Promise<Reservation | undefined>;
}

/**
 * Returns the quota of a subject. Only a hash of the subject is stored, as people type passwords into the username
 * field. An attempt that finds the quota used up blocks the subject until the window ends, the next time for twice the
 * window, and so on up to four hours. Attempts while blocked do not extend the block.
 */
export function createQuotas({ counters, name, limit, windowMs, onSuccess }: QuotaSettings) {
  return (subject: string): Quota => {
    const key = `${name}:${createHash('sha256').update(subject).digest('base64url')}`;
    // Counts the blocks. It expires `blockMemoryMs` after the end of the last block, which is computed from that.
    const blocksKey = `delays:${key}`;
    // Reservations of each period have a counter of their own, because all points of a counter expire together.
    const reservationsKey = (period: number) => `held:${key}:${period}`;

    const pointsOf = async (counterKey: string) => (await counters.read(counterKey))?.points ?? 0;

    const block = async (earlierBlocks: number, windowEndsAt: number): Promise<number> => {
      const restMs = windowEndsAt - Date.now();
      const blockMs = earlierBlocks === 0 ? restMs : Math.min(windowMs * 2 ** earlierBlocks, maxBlockMs);
      const { endsAt } = await counters.set(blocksKey, earlierBlocks + 1, blockMs + blockMemoryMs);
      return endsAt - blockMemoryMs;
    };

    /** The next period counts too, as the clock of another process may be slightly ahead. */
    const countUsed = async () => {
      const period = currentPeriod();
      let used = 0;
      for (const each of [period - 1, period, period + 1]) used += await pointsOf(reservationsKey(each));
      // Read last: a failure is counted before its reservation is released, so it may be seen twice, but never missed.
      return used + (await pointsOf(key));
    };

    const createReservation = (reservationKey: string): Reservation => {
      const release = () => counters.decrement(reservationKey);
      const count = async () => {
        await counters.increment(key, windowMs);
        await release();
      };
      const reset = async () => {
        await counters.delete(key);
        await counters.delete(blocksKey);
        await release();
      };
      return { succeed: { RESET: reset, IGNORE: release, COUNT: count }[onSuccess], fail: count, release };
    };

    return {
      key,
      limit,
      async blockedUntil() {
        const blocks = await counters.read(blocksKey);
        const until = blocks ? blocks.endsAt - blockMemoryMs : 0;
        if (Date.now() < until) return until;
        const counted = await counters.read(key);
        return counted && counted.points >= limit ? block(blocks?.points ?? 0, counted.endsAt) : 0;
      },
      hasRoom: async () => (await countUsed()) < limit,
      async reserve() {
        const reservationKey = reservationsKey(currentPeriod());
        await counters.increment(reservationKey, 2 * reservationMs);
        // If two processes reserve the last room at once, at least one of them sees the other.
        if ((await countUsed()) <= limit) return createReservation(reservationKey);
        await counters.decrement(reservationKey);
        return undefined;
      },
    };
  };
}

function currentPeriod(): number {
  return Math.floor(Date.now() / reservationMs);
}

/** Throws RATE_LIMITED, until the longest block ends, if any of the quotas is blocked. */
export async function throwIfBlocked(quotas: Quota[]): Promise<void> {
  const until = Math.max(0, ...(await Promise.all(quotas.map((quota) => quota.blockedUntil()))));
  if (until === 0) return;
  throw rateLimited('There were too many attempts from here', until - Date.now());
}
