import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';

/** A security event whose token held. */
export interface ReceivedEvent {
  /** The token's id: what tells a repetition. */
  jti: string;
  event: SecurityEvent;
  receivedAt: Date;
  /** From then on no token can hold that the event is about. */
  forgetAt: Date;
}

/**
 * Keeps whose tokens hold no longer, beside the resources. An account that was purged has a tombstone for ever: once that
 * is there, no write of the same database keeps anything of the account's any more. What can pass by itself is
 * SERVICE_UNAVAILABLE.
 */
export interface RevocationStore {
  /** False, and nothing is changed, where the event was accepted before. Whatever it says, it may say again. */
  accept(received: ReceivedEvent): Promise<boolean>;
  /** Whether the session has ended or the account is purged. */
  isRevoked(viewer: { userId: string; sessionId: string }): Promise<boolean>;
  isPurged(userId: string): Promise<boolean>;
  /**
   * Takes away some of what purged accounts have left: at most `limit` resources, whose images are to be deleted then, and
   * as many keys. False where nothing was left.
   */
  purgeSome(limit: number): Promise<boolean>;
  /** Forgets sessions and events that need not be known any more, at most `limit` of each. */
  forget(now: Date, limit: number): Promise<void>;
}
