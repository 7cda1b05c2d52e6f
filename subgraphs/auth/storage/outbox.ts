import type { SecurityEvent } from '../../../runtime/security-event.ts';

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

/** How much is taken at once. */
export interface DueLimits {
  all: number;
  perUser: number;
}

/** What subscribers must still be told: written in the same transaction as what has happened. */
export interface Outbox {
  /** Names of all who have not accepted something, whether they are still told of what happens or not. */
  waitingFor(): Promise<string[]>;
  /**
   * What a subscriber has not accepted, in order: the oldest of each user, so that nobody who has many keeps others waiting;
   * nothing of a user who has something that is not due before it.
   */
  due(subscriber: string, now: Date, limits: DueLimits): Promise<Delivery[]>;
  accepted(seq: number): Promise<void>;
  postpone(seq: number, dueAt: Date): Promise<void>;
}
