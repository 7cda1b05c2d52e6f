import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ResourceStore } from '../storage/resource-store.ts';
import type { ReceivedEvent } from '../storage/revocation-store.ts';

const hourMs = 60 * 60 * 1_000;

/** A session-revoked event, by default of a new user and session. */
export function aRevocation(of: { userId?: string; sessionId?: string } = {}): ReceivedEvent {
  const event = { type: 'session-revoked' as const, userId: randomUUID(), sessionId: randomUUID(), ...of };
  return { jti: randomUUID(), event, retentionMs: hourMs };
}

/** An account-purged event. */
export function aPurge(userId: string = randomUUID()): ReceivedEvent {
  return { jti: randomUUID(), event: { type: 'account-purged', userId }, retentionMs: hourMs };
}

/** Accepts the purge of an account. */
export async function purgeAccount({ revocations }: ResourceStore, userId: string): Promise<void> {
  expect(await revocations.accept(aPurge(userId))).toBe(true);
}

/** Purges until nothing is left; returns the number of calls that took. */
export async function purgeAll({ revocations }: ResourceStore, limit = 100): Promise<number> {
  let calls = 0;
  while (await revocations.purgeSome(limit)) calls += 1;
  return calls;
}
