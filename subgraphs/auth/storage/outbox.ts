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

/** How much is taken at once, and of whom. */
export interface DueLimits {
  users: number;
  perUser: number;
  /** Whose ids come after this one; everybody's where it is ''. */
  after: string;
}

/** What a subscriber can be told now. */
export interface Due {
  /** In order for each user. */
  deliveries: Delivery[];
  /** After whom it goes on with others; undefined where it has come round. */
  last: string | undefined;
}

/** What subscribers must still be told: written in the same transaction as what has happened. */
export interface Outbox {
  /** Names of all who have not accepted something, whether they are still told of what happens or not. */
  waitingFor(): Promise<string[]>;
  /**
   * What a subscriber has not accepted: the oldest of each user, so that nobody who has many keeps others waiting; nothing
   * of a user who has something that is not due before it. It takes no longer for what there is beyond.
   */
  due(subscriber: string, now: Date, limits: DueLimits): Promise<Due>;
  accepted(seq: number): Promise<void>;
  postpone(seq: number, dueAt: Date): Promise<void>;
}
