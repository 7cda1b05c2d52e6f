import { createHash } from 'node:crypto';
import { Refusal } from '../../../runtime/refusal.ts';
import type { LimitStore } from '../storage/limit-store.ts';

const hourMs = 3_600_000;
const longestDelayMs = 4 * hourMs;
/** How long after its delay is over it is known that somebody was too often there. */
const rememberedMs = 24 * hourMs;

export interface QuotaSettings {
  counters: LimitStore;
  name: string;
  /** How many in each window. */
  most: number;
  windowMs: number;
  /** What a success does to all that was counted before it. */
  onSuccess: 'FORGET' | 'KEEP';
}

/** TAKEN is what may become room again by what is under way. */
export type Room = 'OPEN' | 'TAKEN' | { againAt: number };

/** One that was counted, until it is known what came of it. */
export interface Hold {
  /** It was nothing that counts. */
  giveBack(): Promise<void>;
  succeed(): Promise<void>;
}

/** How many of something one subject may have in a window, and how long it is refused after too many. */
export interface Quota {
  key: string;
  most: number;
  /** Whether there is room for another; `isUnderWay` where something is counted that may still be given back. */
  look(isUnderWay: boolean): Promise<Room>;
  /** Counts one; undefined, and nothing is counted, where somebody was faster. */
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

    const delay = async (times: number, windowEndsAt: number): Promise<Room> => {
      const now = Date.now();
      const againAt = times === 0 ? windowEndsAt : now + Math.min(windowMs * 2 ** times, longestDelayMs);
      await counters.set(delaysKey, times + 1, againAt + rememberedMs - now);
      return { againAt };
    };

    const hold = (endsAt: number): Hold => {
      const giveBack = async () => {
        // What is counted now is of another window.
        if (Date.now() < endsAt) await counters.takeBack(key);
      };
      const forget = async () => {
        await counters.clear(key);
        await counters.clear(delaysKey);
      };
      return { giveBack, succeed: onSuccess === 'FORGET' ? forget : giveBack };
    };

    return {
      key,
      most,
      async look(isUnderWay) {
        const delays = await counters.read(delaysKey);
        const againAt = delays ? delays.endsAt - rememberedMs : 0;
        if (Date.now() < againAt) return { againAt };
        const count = await counters.read(key);
        if (!count || count.points < most) return 'OPEN';
        if (isUnderWay) return 'TAKEN';
        return delay(delays?.points ?? 0, count.endsAt);
      },
      async take() {
        const { points, endsAt } = await counters.add(key, windowMs);
        if (points <= most) return hold(endsAt);
        await counters.takeBack(key);
        return undefined;
      },
    };
  };
}

/** RATE_LIMITED, for as long as any of them takes. */
export function refuseWhereTooMany(rooms: Room[]): void {
  const againAt = Math.max(...rooms.map((room) => (typeof room === 'object' ? room.againAt : 0)));
  if (againAt <= 0) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((againAt - Date.now()) / 1_000));
  const message = `There were too many attempts from here: try again in ${retryAfterSeconds} seconds.`;
  throw new Refusal({ code: 'RATE_LIMITED', retryAfterSeconds }, message);
}
