import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../../platform/process/logger.ts';
import type { ImageCall, Replaced } from '../image-service/client.ts';
import type { Landing, Lease, OperationStore, Postponement } from '../storage/operation-store.ts';

/** What an operation of a request begins with: who may settle it, and until when the image service may be called. */
export interface Begun {
  lease: Lease;
  times: { startedAt: Date; settlesAt: Date };
  call: ImageCall;
}

/** How long things may take, in milliseconds. */
export interface Timing {
  /** All calls to the image service that one request makes. */
  requestMs: number;
  /** How long a call may still land at the image service after nobody waits for its answer any more. */
  settleMs: number;
}

/** The leases of requests: given out, and given back where a request cannot settle its operation itself. */
export interface Leases {
  begin(requestId: string): Begun;
  /** When calls that were made until now have landed. */
  settlesAt(): Date;
  /** What must be waited for after bytes were replaced, if anything. */
  landingOf(replaced: Replaced): Landing | undefined;
  /** Writes what settles an operation; where the database does not take that, the reconciler gets it. Never rejects. */
  conclude(lease: Lease, write: () => Promise<unknown>): Promise<void>;
  /** Lets the reconciler have it. Never rejects: where the database does not take that, the lease passes by itself. */
  handOver(lease: Lease, postponement?: Partial<Postponement>): Promise<void>;
}

/** What of a lease is left, after its last call, to write what came of that; also where the database is locked a moment. */
export const writeMs = 5_000;
const handOverAgainMs = 2_000;

interface HandOver {
  lease: Lease;
  postponement: Postponement;
}

export function createLeases(parts: { operations: OperationStore; timing: Timing; log: Logger }): Leases {
  const { operations, log } = parts;
  const { requestMs, settleMs } = parts.timing;

  const settlesAt = () => new Date(Date.now() + settleMs);

  const waiting: HandOver[] = [];
  let isHandingOver = false;

  const isHandedOver = ({ lease, postponement }: HandOver): Promise<boolean> =>
    operations.postpone(lease, postponement).then(
      () => true,
      () => Date.now() >= lease.until.getTime(),
    );

  /** One at a time and with pauses: each attempt at a database that is locked holds up the whole process. */
  const handOverWaiting = async (): Promise<void> => {
    if (isHandingOver) return;
    isHandingOver = true;
    while (waiting.length > 0) {
      await setTimeout(handOverAgainMs, undefined, { ref: false });
      while (waiting[0] && (await isHandedOver(waiting[0]))) waiting.shift();
    }
    isHandingOver = false;
  };

  const handOver: Leases['handOver'] = async (lease, { dueAt = new Date(), ...postponement } = {}) => {
    try {
      await operations.postpone(lease, { ...postponement, dueAt });
    } catch (err) {
      log.warn({ operationId: lease.operationId, err }, 'operation not handed over yet');
      waiting.push({ lease, postponement: { ...postponement, dueAt } });
      void handOverWaiting();
    }
  };

  return {
    handOver,

    async conclude(lease, write) {
      try {
        await write();
      } catch (err) {
        log.warn({ operationId: lease.operationId, err }, 'operation not settled yet');
        await handOver(lease);
      }
    },

    begin(requestId) {
      const now = Date.now();
      const until = new Date(now + requestMs + writeMs);
      return {
        lease: { operationId: randomUUID(), token: randomUUID(), until },
        times: { startedAt: new Date(now), settlesAt: new Date(until.getTime() + settleMs) },
        call: { requestId, deadline: now + requestMs },
      };
    },

    settlesAt,
    landingOf: (replaced) => (replaced === 'UNSETTLED' ? { settlesAt: settlesAt() } : undefined),
  };
}
