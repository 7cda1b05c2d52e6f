import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/process/logger.ts';
import type { UserStore } from '../storage/user-store.ts';
import { confusableOf } from './usernames.ts';

/** What is done beside requests. */
export interface Maintenance {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

const defaultEveryMs = 60_000;
const batch = 500;

/** Gives accounts of before there were look-alikes what they are told apart by: to be awaited before anybody registers. */
export async function completeConfusables(store: UserStore): Promise<void> {
  let users = await store.withoutConfusable(batch);
  while (users.length > 0) {
    await store.setConfusables(new Map(users.map(({ id, username }) => [id, confusableOf(username)])));
    users = await store.withoutConfusable(batch);
  }
}

/** Forgets, from now on and regularly, sessions that have expired. */
export function startMaintenance(
  { sessions }: Pick<UserStore, 'sessions'>,
  log: Logger,
  everyMs = defaultEveryMs,
): Maintenance {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      const forgotten = await sessions.forgetExpired(new Date(), batch).catch((err: unknown) => {
        log.warn({ err }, 'expired sessions not forgotten yet');
        return 0;
      });
      const pauseMs = forgotten === batch ? 0 : everyMs;
      await setTimeout(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
