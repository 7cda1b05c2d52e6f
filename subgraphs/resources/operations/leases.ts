import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageCall, ReplaceOutcome } from '../image-service/client.ts';
import type { LateWrite, Lease, NewOperation, OperationStore, Postponement } from '../storage/operation-store.ts';

/** A request's operation under its lease, and the deadline for its calls to the image service. */
export interface LeasedOperation {
  lease: Lease;
  durations: Pick<NewOperation, 'leaseMs' | 'settleMs'>;
  call: ImageCall;
}

/** Time limits, in milliseconds. */
export interface Timing {
  /** All calls to the image service that one request makes. */
  requestMs: number;
  /** How long a call may still take effect at the image service after the request has stopped waiting for it. */
  settleMs: number;
}

/** Grants leases to requests, and hands operations to the reconciler that their request cannot finish. */
export interface Leases {
  /**
   * Begins a request's time now, before its first write waits for the database. The lease begins when that write is
   * stored, so it outlasts the deadline by `writeMs` at least.
   */
  begin(requestId: string): LeasedOperation;
  /** The time after which no call made until now can take effect any more. */
  settlesAt(): Date;
  /** The late write that a replacement leaves possible, if any. */
  lateWriteOf(outcome: ReplaceOutcome): LateWrite | undefined;
  /** Runs the write that finishes an operation; hands the operation over if the database rejects it. Never rejects. */
  conclude(lease: Lease, write: () => Promise<unknown>): Promise<void>;
  /** Gives the lease back for the reconciler. Never rejects: if the database keeps failing, the lease expires by itself. */
  handOver(lease: Lease, postponement?: Postponement): Promise<void>;
}

/** Part of a lease that remains after the last call, to write the result even if the database is locked for a moment. */
export const writeMs = 5_000;

/** How long a lease lasts, a request's as well as the reconciler's: the time of its calls, and of writing the result. */
export const leaseMsOf = ({ requestMs }: Pick<Timing, 'requestMs'>): number => requestMs + writeMs;

const dueNow: Postponement = { delayMs: 0 };

interface HandOver {
  lease: Lease;
  postponement: Postponement;
  /** The lease has expired by then, in milliseconds since 1970. */
  expiresAt: number;
}

export interface LeasesParts {
  operations: OperationStore;
  timing: Timing;
  /** Delay before a hand-over that the database rejected is retried; default: two seconds. */
  handOverRetryMs?: number;
  log: Logger;
}

export function createLeases(parts: LeasesParts): Leases {
  const { operations, handOverRetryMs = 2_000, log } = parts;
  const { requestMs, settleMs } = parts.timing;
  const leaseMs = leaseMsOf(parts.timing);

  const settlesAt = () => new Date(Date.now() + settleMs);

  const pending: HandOver[] = [];
  let isRetrying = false;

  const isDone = ({ lease, postponement, expiresAt }: HandOver): Promise<boolean> =>
    operations.postpone(lease, postponement).then(
      () => true,
      () => Date.now() >= expiresAt,
    );

  /** Retries one at a time with pauses, to leave room for requests among the writes that may wait for a lock. */
  const retryPending = async (): Promise<void> => {
    if (isRetrying) return;
    isRetrying = true;
    while (pending.length > 0) {
      await setTimeout(handOverRetryMs, undefined, { ref: false });
      while (pending[0] && (await isDone(pending[0]))) pending.shift();
    }
    isRetrying = false;
  };

  const handOver: Leases['handOver'] = async (lease, postponement = dueNow) => {
    try {
      await operations.postpone(lease, postponement);
    } catch (err) {
      log.warn({ operationId: lease.operationId, err }, 'operation not handed to the reconciler; will retry');
      pending.push({ lease, postponement, expiresAt: Date.now() + leaseMs });
      void retryPending();
    }
  };

  return {
    handOver,

    async conclude(lease, write) {
      try {
        await write();
      } catch (err) {
        log.warn({ operationId: lease.operationId, err }, 'operation not finished; the reconciler will retry');
        await handOver(lease);
      }
    },

    begin(requestId) {
      return {
        lease: { operationId: randomUUID(), token: randomUUID() },
        durations: { leaseMs, settleMs },
        call: { requestId, deadline: Date.now() + requestMs },
      };
    },

    settlesAt,
    lateWriteOf: (outcome) => (outcome === 'REPLACED_LATE_WRITE_POSSIBLE' ? { settlesAt: settlesAt() } : undefined),
  };
}
