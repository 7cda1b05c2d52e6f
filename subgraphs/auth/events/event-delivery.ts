import { createInterruptibleSleep } from '../../../platform/async/interruptible-sleep.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { Delivery, Outbox } from '../storage/outbox.ts';
import type { PushEvent } from './event-push.ts';
import type { SignEvent } from './event-signing.ts';

/** The background job that delivers security events. */
export interface EventDelivery {
  /** Resolves when no delivery is in flight any more. */
  stop(): Promise<void>;
}

/** A receiver of security events. */
export interface Subscriber {
  /** Identifies the subscriber in the outbox, so that its URL may change. */
  name: string;
  /** Endpoint that events are pushed to (RFC 8935). */
  url: string;
}

export interface EventDeliveryParts {
  subscribers: readonly Subscriber[];
  outbox: Outbox;
  sign: SignEvent;
  push: PushEvent;
  log: Logger;
  timing?: DeliveryTiming;
}

export interface DeliveryTiming {
  /** Pause before the next attempt if a subscriber is unavailable, however long it has been so. */
  unavailableRetryMs: number;
  /** Delay before a rejected event is tried again: doubled with each attempt, up to the maximum. */
  retryDelayMs: { initial: number; max: number };
}

const defaultTiming: DeliveryTiming = { unavailableRetryMs: 1_000, retryDelayMs: { initial: 1_000, max: 60_000 } };

const pollIntervalMs = 200;
const maxConcurrentUsers = 8;
/** Events of one user that are delivered before other users get a turn. */
const maxEventsPerTurn = 8;

/**
 * Pushes events from the outbox until each is accepted, in order per user. Several processes may deliver from one
 * outbox: duplicates have the same `jti`.
 */
export function startEventDelivery(parts: EventDeliveryParts): EventDelivery {
  const stopping = new AbortController();
  const { subscribers } = parts;
  const running = Promise.all([
    warnOfUnknownSubscribers(parts),
    ...subscribers.map((subscriber) => deliverTo(subscriber, parts, stopping.signal)),
  ]);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** A subscriber that was removed or renamed in the configuration never receives its pending events. */
async function warnOfUnknownSubscribers({ subscribers, outbox, log }: EventDeliveryParts): Promise<void> {
  const pending = await outbox.pendingSubscribers().catch(() => []);
  for (const name of pending.filter((each) => !subscribers.some((subscriber) => subscriber.name === each)))
    log.warn({ subscriber: name }, 'events are pending for a subscriber that EVENT_SUBSCRIBERS does not name');
}

async function deliverTo({ name: subscriber, url }: Subscriber, parts: EventDeliveryParts, stopping: AbortSignal) {
  const { outbox, sign, push, log, timing = defaultTiming } = parts;
  const { unavailableRetryMs, retryDelayMs } = timing;
  const inFlight = new Map<string, Promise<void>>();
  const { sleep, wake } = createInterruptibleSleep(pollIntervalMs, stopping);
  let isUnavailable = false;
  let lastAcceptedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = 0;

  const pause = () => {
    pausedUntil = performance.now() + unavailableRetryMs;
  };

  const onAccepted = () => {
    if (isUnavailable) log.info({ subscriber }, 'subscriber is available again');
    isUnavailable = false;
    lastAcceptedAt = performance.now();
  };

  const onRejected = ({ seq, jti, attempts, event }: Delivery, reason: string) => {
    log.error({ subscriber, jti, event: event.type, reason }, 'event rejected by subscriber');
    return outbox.postpone(seq, { delayMs: retryDelayAfter(attempts, retryDelayMs), attempts: attempts + 1 });
  };

  const onUnavailable = ({ seq, attempts }: Delivery, reason: string) => {
    if (!isUnavailable) log.warn({ subscriber, reason }, 'subscriber is unavailable');
    isUnavailable = true;
    pause();
    // The event may be the cause after all: postponing it lets other events go first at the next attempt.
    return outbox.postpone(seq, { delayMs: unavailableRetryMs, attempts });
  };

  /** After a database error, all events are tried again, as it is unknown which changes were stored. */
  const onError = (err: unknown) => {
    log.warn({ subscriber, err }, 'events could not be delivered; trying again');
    pause();
  };

  /** Returns the next event of the same user if it may follow at once. */
  const deliver = async (delivery: Delivery): Promise<Delivery | undefined> => {
    const result = await push(url, sign(delivery), stopping);
    if (result.outcome === 'ACCEPTED') {
      onAccepted();
      return outbox.markAccepted(delivery.seq);
    }
    if (stopping.aborted) return undefined;
    const acceptsOthers = performance.now() - lastAcceptedAt < unavailableRetryMs;
    await (result.outcome === 'REJECTED' || acceptsOthers ? onRejected : onUnavailable)(delivery, result.reason);
    return undefined;
  };

  const deliverInOrder = async (first: Delivery) => {
    let next: Delivery | undefined = first;
    for (let count = 0; next && count < maxEventsPerTurn && !stopping.aborted; count++) next = await deliver(next);
  };

  const start = (first: Delivery) => {
    const { userId } = first.event;
    const delivering = deliverInOrder(first)
      .catch(onError)
      .finally(() => {
        inFlight.delete(userId);
        wake();
      });
    inFlight.set(userId, delivering);
  };

  const startDue = async () => {
    if (performance.now() < pausedUntil) return;
    // Twice as many as can run at once, so that enough remain besides the users that are in flight.
    const due = await outbox.due(subscriber, 2 * maxConcurrentUsers);
    const others = due.filter(({ event }) => !inFlight.has(event.userId));
    for (const delivery of others.slice(0, maxConcurrentUsers - inFlight.size)) start(delivery);
  };

  while (!stopping.aborted) {
    await startDue().catch(onError);
    await sleep();
  }
  await Promise.all(inFlight.values());
}

function retryDelayAfter(attempts: number, { initial, max }: DeliveryTiming['retryDelayMs']): number {
  return Math.min(initial * 2 ** Math.min(attempts, 16), max);
}
