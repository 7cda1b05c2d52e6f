import { createInterruptibleSleep } from '../../../platform/async/interruptible-sleep.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { Delivery, Outbox } from '../storage/outbox.ts';
import type { SignEvent } from '../tokens/tokens.ts';
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
/** A subscriber that takes nothing is left alone for so long, however long it has been away. */
const awayMs = 1_000;
const usersAtOnce = 8;
/** Of one user; then it is others' turn. */
const eventsInTurn = 8;
/** From one attempt to the next at an event that is not taken, though others are: doubled each time, up to the longest. */
const againMs = { first: 1_000, longest: 60_000 };

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

async function deliverTo({ name: subscriber, url }: Subscriber, parts: EventDeliveryParts, stopping: AbortSignal) {
  const { outbox, sign, push, log } = parts;
  const underWay = new Map<string, Promise<void>>();
  const { sleep, wake } = createInterruptibleSleep(lookEveryMs, stopping);
  let isAway = false;
  let acceptedAt = Number.NEGATIVE_INFINITY;
  let aloneUntil = 0;

  const leaveAlone = () => {
    aloneUntil = performance.now() + awayMs;
  };

  const onAccepted = () => {
    if (isAway) log.info({ subscriber }, 'subscriber back');
    isAway = false;
    acceptedAt = performance.now();
  };

  /** It is this event that it does not take. */
  const onRefused = ({ seq, jti, attempts, event }: Delivery, reason: string) => {
    log.error({ subscriber, jti, event: event.type, reason }, 'event refused');
    return outbox.postpone(seq, { dueAt: fromNow(delayAfter(attempts)), attempts: attempts + 1 });
  };

  const onAway = ({ seq, attempts }: Delivery, reason: string) => {
    if (!isAway) log.warn({ subscriber, reason }, 'subscriber away');
    isAway = true;
    leaveAlone();
    // As it may be this event after all, others come first then.
    return outbox.postpone(seq, { dueAt: fromNow(awayMs), attempts });
  };

  /** Nobody knows then what has been kept: it is all tried again. */
  const onFault = (err: unknown) => {
    log.warn({ subscriber, err }, 'events not delivered yet');
    leaveAlone();
  };

  /** Gives the next of the same user, where it may follow. */
  const deliver = async (delivery: Delivery): Promise<Delivery | undefined> => {
    const pushed = await push(url, sign(delivery), stopping);
    if (pushed.outcome === 'ACCEPTED') {
      onAccepted();
      return outbox.accepted(delivery.seq);
    }
    if (stopping.aborted) return undefined;
    const takesOthers = performance.now() - acceptedAt < awayMs;
    await (pushed.outcome === 'REFUSED' || takesOthers ? onRefused : onAway)(delivery, pushed.reason);
    return undefined;
  };

  const deliverInOrder = async (first: Delivery) => {
    let next: Delivery | undefined = first;
    for (let nth = 0; next && nth < eventsInTurn && !stopping.aborted; nth++) next = await deliver(next);
  };

  const start = (first: Delivery) => {
    const { userId } = first.event;
    const delivering = deliverInOrder(first)
      .catch(onFault)
      .finally(() => {
        underWay.delete(userId);
        wake();
      });
    underWay.set(userId, delivering);
  };

  const startMore = async () => {
    if (performance.now() < aloneUntil) return;
    // Of twice as many users some are not under way.
    const due = await outbox.due(subscriber, new Date(), 2 * usersAtOnce);
    const others = due.filter(({ event }) => !underWay.has(event.userId));
    for (const delivery of others.slice(0, usersAtOnce - underWay.size)) start(delivery);
  };

  while (!stopping.aborted) {
    await startMore().catch(onFault);
    await sleep();
  }
  await Promise.all(underWay.values());
}

const fromNow = (ms: number) => new Date(Date.now() + ms);

function delayAfter(attempts: number): number {
  return Math.min(againMs.first * 2 ** Math.min(attempts, 16), againMs.longest);
}
