import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/process/logger.ts';
import type { UserStore } from '../storage/user-store.ts';
import { confusableOf } from '../usernames/confusables.ts';

/** Background jobs. */
export interface Maintenance {
  /** Resolves when no job is running any more. */
  stop(): Promise<void>;
}

const defaultIntervalMs = 60_000;
const batchSize = 500;

/** Computes the confusables of accounts from before they were stored. Must finish before anyone can register. */
export async function addMissingConfusables(store: UserStore): Promise<void> {
  let users = await store.findWithoutConfusables(batchSize);
  while (users.length > 0) {
    await store.setConfusables(new Map(users.map(({ id, username }) => [id, confusableOf(username)])));
    users = await store.findWithoutConfusables(batchSize);
  }
}

/** Deletes expired sessions, now and at regular intervals. */
export function startMaintenance(
  { sessions }: Pick<UserStore, 'sessions'>,
  log: Logger,
  intervalMs = defaultIntervalMs,
): Maintenance {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      const deleted = await sessions.deleteExpired(batchSize).catch((err: unknown) => {
        log.warn({ err }, 'expired sessions could not be deleted; trying again later');
        return 0;
      });
      const pauseMs = deleted === batchSize ? 0 : intervalMs;
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
