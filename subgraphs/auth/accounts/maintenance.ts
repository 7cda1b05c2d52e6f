import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/process/logger.ts';
import type { UserStore } from '../storage/user-store.ts';
import { skeletonsOf, skeletonVersion as version } from '../usernames/confusables.ts';

/** Background jobs. */
export interface Maintenance {
  /** Resolves when no job is running any more. */
  stop(): Promise<void>;
}

const defaultIntervalMs = 60_000;
const batchSize = 500;

/** Computes skeletons of usernames that are missing or of a former version. Must finish before anyone can register. */
export async function updateSkeletons(store: UserStore): Promise<void> {
  const pageAfter = (after: string) => store.findOutdatedSkeletons({ version, after, limit: batchSize });
  for (let users = await pageAfter(''); users.length > 0; users = await pageAfter(users.at(-1)?.id ?? '')) {
    await store.setSkeletons(new Map(users.map(({ id, username }) => [id, skeletonsOf(username)])));
  }
}

/** Deletes expired sessions and personal access tokens, now and at regular intervals. */
export function startMaintenance(
  { sessions, personalAccessTokens }: Pick<UserStore, 'sessions' | 'personalAccessTokens'>,
  log: Logger,
  intervalMs = defaultIntervalMs,
): Maintenance {
  const stopping = new AbortController();
  const deleteExpired = (what: string, store: { deleteExpired(limit: number): Promise<number> }) =>
    store.deleteExpired(batchSize).catch((err: unknown) => {
      log.warn({ err }, `expired ${what} could not be deleted; trying again later`);
      return 0;
    });
  const run = async () => {
    while (!stopping.signal.aborted) {
      const deleted = await Promise.all([
        deleteExpired('sessions', sessions),
        deleteExpired('personal access tokens', personalAccessTokens),
      ]);
      const pauseMs = deleted.includes(batchSize) ? 0 : intervalMs;
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
