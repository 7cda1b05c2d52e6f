import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';

/** An event that a subscriber has not accepted yet. */
export interface Delivery {
  /** Grows in the order in which things happened. */
  seq: number;
  /** UUID: the same at every attempt. */
  jti: string;
  event: SecurityEvent;
  happenedAt: Date;
  /** How often it was tried in vain. */
  attempts: number;
}

/** What subscribers must still be told: written in the same transaction as what has happened. */
export interface Outbox {
  /** Names of all who have not accepted something, whether they are still told of what happens or not. */
  waitingFor(): Promise<string[]>;
  /** What a subscriber can be told now, at most so much: of each user the first that it has not accepted. */
  due(subscriber: string, now: Date, limit: number): Promise<Delivery[]>;
  /** Gives what the same user's next is, which is due from now on. */
  accepted(seq: number): Promise<Delivery | undefined>;
  /** What happened to its user afterwards waits for it. */
  postpone(seq: number, until: { dueAt: Date; attempts: number }): Promise<void>;
}
