import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';

/** An event that a subscriber has not accepted yet. */
export interface Delivery {
  /** Sequence number, in the order of the events. */
  seq: number;
  /** UUID; the same at every attempt. */
  jti: string;
  event: SecurityEvent;
  happenedAt: Date;
  /** Number of failed attempts. */
  attempts: number;
}

/** Events to deliver to subscribers, written in the same transaction as the change that they report. */
export interface Outbox {
  /** Names of all subscribers that have pending events, including subscribers that are no longer configured. */
  pendingSubscribers(): Promise<string[]>;
  /** Returns up to `limit` events that are due: at most one per user, the oldest that is not accepted. */
  due(subscriber: string, limit: number): Promise<Delivery[]>;
  /** Removes an accepted event and returns the next one of the same user, which is due at once. */
  markAccepted(seq: number): Promise<Delivery | undefined>;
  /** Delays an event by some milliseconds from now, and with it all later events of the same user. */
  postpone(seq: number, delay: { delayMs: number; attempts: number }): Promise<void>;
}
