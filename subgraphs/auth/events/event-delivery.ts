import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from '../../../runtime/logger.ts';
import type { Delivery, Outbox } from '../storage/outbox.ts';
import type { SignEvent } from '../tokens.ts';
import type { PushEvent } from './event-push.ts';

/** Tells subscribers what has happened, from now on. */
export interface EventDelivery {
  /** Resolves when nothing is on its way any more. */
  stop(): Promise<void>;
}

/** Somebody who is told what happens to accounts. */
export interface Subscriber {
  /** What it is known by, wherever it is. */
  name: string;
  /** Where it takes events (RFC 8935). */
  url: string;
}

export interface EventDeliveryParts {
  subscribers: readonly Subscriber[];
  outbox: Outbox;
  sign: SignEvent;
  push: PushEvent;
  log: Logger;
}

const lookEveryMs = 200;
/** A subscriber that is away is asked again after this time, however long it has been. */
const awayMs = 1_000;
/** Few of one user, and then of the next ones: whoever has many keeps nobody else waiting. */
const takenAtOnce = { users: 256, perUser: 8 };
const usersAtOnce = 8;
/** Of an event that a subscriber refuses: doubled each time, up to the longest. */
const refusedMs = { first: 1_000, longest: 60_000 };

/**
 * Pushes events from the outbox, in order for each user, until each has been accepted. Any number of processes may do so
 * at once: what arrives twice has the same `jti`.
 */
export function startEventDelivery(parts: EventDeliveryParts): EventDelivery {
  const stopping = new AbortController();
  const { subscribers } = parts;
  const running = Promise.all([
    warnOfStrangers(parts),
    ...subscribers.map((subscriber) => deliverTo(subscriber, parts, stopping.signal)),
  ]);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** A subscriber that is left out, or is called otherwise now, may never hear of an account that is gone. */
async function warnOfStrangers({ subscribers, outbox, log }: EventDeliveryParts): Promise<void> {
  const waitingFor = await outbox.waitingFor().catch(() => []);
  for (const name of waitingFor.filter((each) => !subscribers.some((subscriber) => subscriber.name === each)))
    log.warn({ subscriber: name }, 'events wait for a subscriber that EVENT_SUBSCRIBERS does not name');
}

async function deliverTo(
  { name: subscriber, url }: Subscriber,
  parts: EventDeliveryParts,
  stopping: AbortSignal,
): Promise<void> {
  const { outbox, sign, push, log } = parts;
  const atOnce = pLimit(usersAtOnce);
  let after = '';
  let isAway = false;
  let wasAway = false;
  let accepted = 0;

  /** Whether the next may follow. */
  const deliver = async (delivery: Delivery): Promise<boolean> => {
    const { seq, attempts, jti } = delivery;
    const pushed = await push(url, sign(delivery), stopping);
    if (pushed.outcome === 'ACCEPTED') {
      await outbox.accepted(seq);
      accepted += 1;
      return true;
    }
    const { outcome, reason } = pushed;
    if (outcome === 'AWAY') {
      if (!isAway && !wasAway && !stopping.aborted) log.warn({ subscriber, reason }, 'subscriber away');
      isAway = true;
      return false;
    }
    log.error({ subscriber, jti, event: delivery.event.type, reason }, 'event refused');
    await outbox.postpone(seq, refusedUntil(attempts));
    return false;
  };

  const deliverInOrder = async (deliveries: Delivery[]) => {
    for (const delivery of deliveries) {
      if (isAway || stopping.aborted || !(await deliver(delivery))) return;
    }
  };

  /** How long the subscriber is left alone then. */
  const round = async (): Promise<number> => {
    const { deliveries, last } = await outbox.due(subscriber, new Date(), { ...takenAtOnce, after });
    after = last ?? '';
    wasAway = isAway;
    isAway = false;
    accepted = 0;
    const users = byUser(deliveries);
    await Promise.all(users.map((deliveries) => atOnce(() => deliverInOrder(deliveries))));
    // Where it takes others, it is this one event that it fails at.
    if (isAway) return accepted > 0 ? 0 : awayMs;
    if (wasAway && deliveries.length > 0) log.info({ subscriber }, 'subscriber back');
    const isCutShort = last !== undefined || users.some(({ length }) => length === takenAtOnce.perUser);
    return isCutShort ? 0 : lookEveryMs;
  };

  while (!stopping.aborted) {
    const pauseMs = await round().catch((err: unknown) => {
      log.warn({ subscriber, err }, 'events not delivered yet');
      return awayMs;
    });
    await setTimeout(pauseMs, undefined, { ref: false, signal: stopping }).catch(() => {});
  }
}

function byUser(due: readonly Delivery[]): Delivery[][] {
  const users = new Map<string, Delivery[]>();
  for (const delivery of due) {
    const { userId } = delivery.event;
    users.set(userId, [...(users.get(userId) ?? []), delivery]);
  }
  return [...users.values()];
}

function refusedUntil(attempts: number): Date {
  return new Date(Date.now() + Math.min(refusedMs.first * 2 ** Math.min(attempts, 16), refusedMs.longest));
}
