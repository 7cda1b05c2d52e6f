import { setImmediate } from 'node:timers/promises';
import { createInterruptibleSleep } from '../../../platform/async/interruptible-sleep.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { OperationStore } from '../storage/operation-store.ts';
import type { RevocationStore } from '../storage/revocation-store.ts';
import type { Recover } from './recovery.ts';

/** The background job that recovers operations which requests left open, and removes what purged accounts left. */
export interface Reconciler {
  /** Starts a run now, or another one after the present run. */
  wake(): void;
  /** Resolves when the recoveries in progress have finished. */
  stop(): Promise<void>;
}

export interface ReconcilerParts {
  operations: OperationStore;
  revocations: RevocationStore;
  recover: Recover;
  /** How long a claimed operation is its own: as long as a request's, so that a killed reconciler delays it no longer. */
  leaseMs: number;
  /** Interval between two runs. */
  everyMs: number;
  /** Age at which idempotency keys are deleted. */
  keyLifetimeMs: number;
  log: Logger;
}

/** Rows per transaction: few enough that requests wait only some milliseconds for the database and this process. */
const purgeBatch = 100;
const expiryBatch = 1_000;
/** Operations recovered at once. No more are claimed, because a lease runs from the claim. */
const claimBatch = 4;
const hourMs = 60 * 60 * 1_000;

/** Starts the reconciler. Any number of processes may run one: each recovers only operations that it has claimed. */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { operations, revocations, recover, leaseMs, everyMs, keyLifetimeMs, log } = parts;
  const stopping = new AbortController();
  const { sleep, wake } = createInterruptibleSleep(everyMs, stopping.signal);
  let unresolvedLoggedAt = 0;

  const purge = async () => {
    while (!stopping.signal.aborted && (await revocations.purgeSome(purgeBatch))) await setImmediate();
  };

  const recoverDue = async () => {
    while (!stopping.signal.aborted) {
      // Repeated between claims, so that a purged account's rows disappear before other accounts' images are deleted.
      await purge();
      const claimed = await operations.claim({ leaseMs, limit: claimBatch });
      logFailed(await Promise.allSettled(claimed.map(recover)));
      if (claimed.length < claimBatch) return;
    }
  };

  /** One line for all failures: an outage of the image service fails them all for the same reason. */
  const logFailed = (outcomes: PromiseSettledResult<void>[]) => {
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed[0]) log.warn({ count: failed.length, err: failed[0].reason }, 'operations not recovered; will retry');
  };

  const logUnresolved = async () => {
    if (Date.now() - unresolvedLoggedAt < hourMs) return;
    const count = await operations.countUnresolved();
    if (count === 0) return;
    unresolvedLoggedAt = Date.now();
    log.error({ count }, 'operations cannot be recovered automatically: see docs/reliability.md');
  };

  const runOnce = async () => {
    try {
      await recoverDue();
      await logUnresolved();
      await operations.deleteExpiredKeys(keyLifetimeMs);
      await revocations.deleteExpired(expiryBatch);
    } catch (err) {
      log.warn({ err }, 'reconciler run failed; will retry');
    }
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      await runOnce();
      await sleep();
    }
  };
  const running = run();

  return {
    wake,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
