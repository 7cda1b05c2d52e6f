import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';

/** A security event whose token was verified. */
export interface ReceivedEvent {
  /** The token's id, which is the same when the event is delivered again. */
  jti: string;
  event: SecurityEvent;
  /** How long after it is stored an access token that it revokes may still be valid. */
  retentionMs: number;
}

/**
 * Stores revoked sessions and purged accounts, in the database of the resources. A purged account leaves a tombstone,
 * which is never deleted: no later write to the database can store anything for the account. Throws
 * DatabaseUnavailableError if the database is locked, full, read-only or damaged.
 */
export interface RevocationStore {
  /** False, and nothing changes, if the event was accepted before. */
  accept(received: ReceivedEvent): Promise<boolean>;
  /** True if the session was revoked or the account purged. */
  isRevoked(viewer: { userId: string; sessionId: string }): Promise<boolean>;
  isPurged(userId: string): Promise<boolean>;
  /**
   * Deletes up to `limit` resources and as many idempotency keys of one purged account; each resource leaves an operation
   * that deletes its image. False if no purged account has anything left.
   */
  purgeSome(limit: number): Promise<boolean>;
  /** Deletes up to `limit` expired sessions and as many expired events. */
  deleteExpired(limit: number): Promise<void>;
}
