import { createHash } from 'node:crypto';
import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import type { LimitStore } from '../storage/limit-store.ts';

const hourMs = 3_600_000;
const longestDelayMs = 4 * hourMs;
/** How long after its delay is over it is known that somebody was too often there. */
const rememberedMs = 24 * hourMs;

/**
 * A place is held for this long, or up to twice as long: longer than anybody waits to hear what came of a guess, and no
 * longer, as nobody says so where its process has ended.
 */
const heldMs = 20_000;

export interface QuotaSettings {
  counters: LimitStore;
  name: string;
  /** How many in each window. */
  most: number;
  windowMs: number;
  /** What a success does: clears all that was counted before it, counts for nothing, or counts. */
  onSuccess: 'FORGET' | 'KEEP' | 'COUNT';
}

/** The place of one that is under way. One of these says what came of it; where none does, it is given up by itself. */
export interface Hold {
  succeed(): Promise<void>;
  /** It counts. */
  fail(): Promise<void>;
  /** It was nothing that counts. */
  release(): Promise<void>;
}

/** How many of something one subject may have in a window, and how long it is refused after too many. */
export interface Quota {
  key: string;
  most: number;
  /** When whoever had too many is no longer refused, in milliseconds since 1970; 0 where nobody is. */
  refusedUntil(): Promise<number>;
  /** Whether those that are under way, in whichever process, may leave a place. */
  hasRoom(): Promise<boolean>;
  /** A place for one; undefined where somebody was faster. */
  take(): Promise<Hold | undefined>;
}

/**
 * Gives the quota of each subject, of which nothing is kept but a hash: people type passwords into the field of the name.
 * Who comes when there is no room is refused until the window is over, the next time twice as long, and so on; nothing
 * that comes meanwhile makes it longer, and a day after the last such time it is forgotten.
 */
export function createQuotas({ counters, name, most, windowMs, onSuccess }: QuotaSettings) {
  return (subject: string): Quota => {
    const key = `${name}:${createHash('sha256').update(subject).digest('base64url')}`;
    // How often there was no room, until a day after the delay: its end tells that of the delay, too.
    const delaysKey = `delays:${key}`;
    // A counter ends with the time of the first that it counts: each stretch of time has its own.
    const heldKey = (stretch: number) => `held:${key}:${stretch}`;

    const pointsOf = async (counter: string) => (await counters.read(counter))?.points ?? 0;

    const delay = async (times: number, windowEndsAt: number): Promise<number> => {
      const now = Date.now();
      const againAt = times === 0 ? windowEndsAt : now + Math.min(windowMs * 2 ** times, longestDelayMs);
      await counters.set(delaysKey, times + 1, againAt + rememberedMs - now);
      return againAt;
    };

    /** In the next stretch, too: where it begins just now, another process may have read the clock a little later. */
    const inUse = async () => {
      const stretch = stretchNow();
      let points = 0;
      for (const each of [stretch - 1, stretch, stretch + 1]) points += await pointsOf(heldKey(each));
      // Last: what fails meanwhile is counted before its place is given back, and is seen twice rather than never.
      return points + (await pointsOf(key));
    };

    const hold = (held: string): Hold => {
      const release = () => counters.takeBack(held);
      const count = async () => {
        await counters.add(key, windowMs);
        await release();
      };
      const forget = async () => {
        await counters.clear(key);
        await counters.clear(delaysKey);
        await release();
      };
      return { succeed: { FORGET: forget, KEEP: release, COUNT: count }[onSuccess], fail: count, release };
    };

    return {
      key,
      most,
      async refusedUntil() {
        const delays = await counters.read(delaysKey);
        const againAt = delays ? delays.endsAt - rememberedMs : 0;
        if (Date.now() < againAt) return againAt;
        const counted = await counters.read(key);
        return counted && counted.points >= most ? delay(delays?.points ?? 0, counted.endsAt) : 0;
      },
      hasRoom: async () => (await inUse()) < most,
      async take() {
        const held = heldKey(stretchNow());
        await counters.add(held, 2 * heldMs);
        // Of two that take the last place at the same moment each sees the other, or one of them does.
        if ((await inUse()) <= most) return hold(held);
        await counters.takeBack(held);
        return undefined;
      },
    };
  };
}

function stretchNow(): number {
  return Math.floor(Date.now() / heldMs);
}

/** RATE_LIMITED, for as long as any of them takes. */
export async function refuseWhereTooMany(quotas: Quota[]): Promise<void> {
  const againAt = Math.max(0, ...(await Promise.all(quotas.map((quota) => quota.refusedUntil()))));
  if (againAt === 0) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((againAt - Date.now()) / 1_000));
  const message = `There were too many attempts from here: try again in ${retryAfterSeconds} seconds.`;
  throw new ApiError<ErrorExtensions>({ code: 'RATE_LIMITED', retryAfterSeconds }, message);
}
