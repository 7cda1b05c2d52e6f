import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { createInterruptibleSleep } from '../../../platform/async/interruptible-sleep.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { OperationStore } from '../storage/operation-store.ts';
import type { RevocationStore } from '../storage/revocation-store.ts';
import { keyMs } from './idempotency.ts';
import type { Settle } from './recovery.ts';

/** Settles, from now on and regularly, what requests and purged accounts have left. */
export interface Reconciler {
  /** Looks at once, or once more where it is looking. */
  wake(): void;
  /** Resolves when what is being settled has come to its end. */
  stop(): Promise<void>;
}

export interface ReconcilerParts {
  operations: OperationStore;
  revocations: RevocationStore;
  settle: Settle;
  /** Between two looks, in milliseconds. */
  everyMs: number;
  log: Logger;
}

const leaseMs = 60_000;
/** Some milliseconds of the database and of this process: others come in between. */
const purgedAtOnce = 100;
const forgottenAtOnce = 1_000;
const claimedAtOnce = 16;
const settledAtOnce = 4;
const hourMs = 60 * 60 * 1_000;

/** Works from operations alone, and of those only on what it has claimed: any number of processes may run one each. */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { operations, revocations, settle, everyMs, log } = parts;
  const stopping = new AbortController();
  const atOnce = pLimit(settledAtOnce);
  const { sleep, wake } = createInterruptibleSleep(everyMs, stopping.signal);
  let unresolvedToldAt = 0;

  const purge = async () => {
    while (!stopping.signal.aborted && (await revocations.purgeSome(purgedAtOnce))) await setImmediate();
  };

  const settleDue = async () => {
    while (!stopping.signal.aborted) {
      // Also between two claims: rows of a purged account are gone before anybody's images are deleted.
      await purge();
      const now = new Date();
      const until = new Date(now.getTime() + leaseMs);
      const claimed = await operations.claim({ now, until, limit: claimedAtOnce });
      const settling = claimed.map((operation) => atOnce(() => unlessStopping(() => settle(operation))));
      tellFailed(await Promise.allSettled(settling));
      if (claimed.length < claimedAtOnce) return;
    }
  };

  const unlessStopping = async (run: () => Promise<void>) => {
    if (!stopping.signal.aborted) await run();
  };

  /** One line, however many there are: a service that is away fails them all in one way. */
  const tellFailed = (outcomes: PromiseSettledResult<void>[]) => {
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed[0]) log.warn({ count: failed.length, err: failed[0].reason }, 'operations not settled yet');
  };

  const tellUnresolved = async () => {
    if (Date.now() - unresolvedToldAt < hourMs) return;
    const count = await operations.countUnresolved();
    if (count === 0) return;
    unresolvedToldAt = Date.now();
    log.error({ count }, 'operations cannot be settled as things stand');
  };

  const look = async () => {
    try {
      await settleDue();
      await tellUnresolved();
      await operations.forgetKeys(new Date(Date.now() - keyMs));
      await revocations.forget(new Date(), forgottenAtOnce);
    } catch (err) {
      log.warn({ err }, 'operations could not be looked at');
    }
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      await look();
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
