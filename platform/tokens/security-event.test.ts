import { describe, expect, test } from 'vitest';
import { eventClaims, isOtherEvent, readEventClaims, type SecurityEvent } from './security-event.ts';

const issuer = 'https://auth.example';
const at = new Date();
const revoked: SecurityEvent = { type: 'session-revoked', userId: 'ada', sessionId: 'a-session' };
const purged: SecurityEvent = { type: 'account-purged', userId: 'ada' };
const claimsOf = (event: SecurityEvent) => eventClaims(event, { issuer, at });

describe('readEventClaims returns undefined for claims that', () => {
  const { sub_id: session, events: revocation } = claimsOf(revoked);
  const { sub_id: user, events: purge } = claimsOf(purged);

  test.each([
    ['are nothing', undefined],
    ['are a string', 'claims'],
    ['have no subject', { events: purge }],
    ['have no event', { sub_id: user }],
    ['have an event of another kind', { sub_id: user, events: { 'https://example.com/another': {} } }],
    ['have an event that is no object', { sub_id: user, events: { [Object.keys(purge)[0] ?? '']: true } }],
    ['name a user for a revoked session', { sub_id: user, events: revocation }],
    ['name a session for a purged account', { sub_id: session, events: purge }],
    ['name a user by e-mail', { sub_id: { format: 'email', email: 'ada@example.com' }, events: purge }],
    ['name no user', { sub_id: { ...user, sub: '' }, events: purge }],
    ['name a user by a number', { sub_id: { ...user, sub: 1 }, events: purge }],
    ['name a user by a text of 201 characters', { sub_id: { ...user, sub: 'x'.repeat(201) }, events: purge }],
    ['name a user of another issuer', { sub_id: { ...user, iss: 'https://another.example' }, events: purge }],
    ['have an event under a name that every object has', { sub_id: user, events: JSON.parse('{"__proto__": {}}') }],
  ])('%s', (_, claims) => {
    expect(readEventClaims(claims, issuer)).toBeUndefined();
  });
});

test.each([revoked, purged])('reads the claims that eventClaims writes: $type', (event) => {
  expect(readEventClaims(JSON.parse(JSON.stringify(claimsOf(event))), issuer)).toEqual(event);
});

test('ignores other claims', () => {
  const claims = { ...claimsOf(purged), jti: 'an-id', toe: 1, txn: 'another' };
  expect(readEventClaims(claims, issuer)).toEqual(purged);
});

describe('isOtherEvent', () => {
  const { events: purge } = claimsOf(purged);
  const other = { 'https://example.com/another': {} };

  test('is true for an event of another type', () => {
    expect(isOtherEvent({ sub_id: { format: 'opaque', id: 'x' }, events: other })).toBe(true);
  });

  test.each([
    ['nothing', undefined],
    ['no events', {}],
    ['an empty list of events', { events: {} }],
    ['events that are no objects', { events: { 'https://example.com/another': 1 } }],
    ['a supported event', { events: purge }],
    ['a supported event beside another', { events: { ...other, ...purge } }],
  ])('is false for %s', (_, claims) => {
    expect(isOtherEvent(claims)).toBe(false);
  });
});
