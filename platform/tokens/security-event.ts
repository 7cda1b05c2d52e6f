import { z } from 'zod';

/** The header `typ` of Security Event Tokens (RFC 8417, section 2.3). */
export const securityEventType = 'secevent+jwt';

const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const accountPurged = 'https://schemas.openid.net/secevent/risc/event-type/account-purged';

/** An event that auth sends to its subscribers. None is ever undone. */
export type SecurityEvent =
  | { type: 'session-revoked'; userId: string; sessionId: string }
  | { type: 'account-purged'; userId: string };

/** The claims of a Security Event Token for its event and subject (RFC 9493). */
export interface EventClaims {
  sub_id: Record<string, unknown>;
  events: Record<string, Record<string, unknown>>;
}

/** Creates the claims of `session-revoked` (OpenID CAEP 1.0) or `account-purged` (OpenID RISC 1.0). */
export function eventClaims(event: SecurityEvent, { issuer, at }: { issuer: string; at: Date }): EventClaims {
  const user = { format: 'iss_sub', iss: issuer, sub: event.userId };
  if (event.type === 'account-purged') return { sub_id: user, events: { [accountPurged]: {} } };
  const session = { format: 'opaque', id: event.sessionId };
  const payload = { event_timestamp: Math.floor(at.getTime() / 1_000) };
  return { sub_id: { format: 'complex', user, session }, events: { [sessionRevoked]: payload } };
}

/** Reads the event from a token's claims; undefined unless it is one of the two, about a user of that issuer. */
export function readEventClaims(claims: unknown, issuer: string): SecurityEvent | undefined {
  const read = shape.safeParse(claims).data;
  if (!read) return undefined;
  const { sub_id: subject } = read;
  const user = subject.format === 'complex' ? subject.user : subject;
  if (user.iss !== issuer) return undefined;
  if (subject.format === 'iss_sub') {
    return accountPurged in read.events ? { type: 'account-purged', userId: user.sub } : undefined;
  }
  if (!(sessionRevoked in read.events)) return undefined;
  return { type: 'session-revoked', userId: user.sub, sessionId: subject.session.id };
}

/** Tells if the claims have events, but none of the two. */
export function isOtherEvent(claims: unknown): boolean {
  const types = Object.keys(z.object({ events: eventsShape }).safeParse(claims).data?.events ?? {});
  return types.length > 0 && !types.includes(sessionRevoked) && !types.includes(accountPurged);
}

const id = z.string().min(1).max(200);
const eventsShape = z.record(z.string(), z.object({}).loose());
const user = z.object({ format: z.literal('iss_sub'), iss: z.string(), sub: id });

const shape = z.object({
  sub_id: z.discriminatedUnion('format', [
    user,
    z.object({ format: z.literal('complex'), user, session: z.object({ format: z.literal('opaque'), id }) }),
  ]),
  events: eventsShape,
});
