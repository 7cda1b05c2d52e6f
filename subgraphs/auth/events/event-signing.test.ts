import { describe, expect, test } from 'vitest';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import { readEventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../../platform/tokens/signed-token.ts';
import { createSingleKey } from '../testing/signing-keys.ts';
import { createIssueAccessToken } from '../tokens/access-tokens.ts';
import { createSignEvent } from './event-signing.ts';

const keys = createSingleKey();
const { kid } = keys.current();
const settings = { keys, issuer: 'https://auth.example', audience: 'https://api.example' };
const userId = '8e0b1c7e-1111-4222-8333-444455556666';

const decode = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
const partsOf = (token: string) => {
  const [header, claims] = token.split('.').map((part, index) => (index < 2 ? decode(part) : part));
  return { header, claims };
};

describe('a security event token', () => {
  const happenedAt = new Date('2026-11-24T04:05:06.789Z');
  const delivery = { seq: 1, jti: 'an-event', happenedAt, attempts: 0 };
  const revoked = { type: 'session-revoked', userId: userId, sessionId: 'a-session' } as const;
  const purged = { type: 'account-purged', userId: userId } as const;
  const sign = createSignEvent(settings);
  const user = { format: 'iss_sub', iss: settings.issuer, sub: userId };

  test.each([
    [
      'session-revoked of CAEP',
      revoked,
      {
        sub_id: { format: 'complex', user, session: { format: 'opaque', id: 'a-session' } },
        events: {
          'https://schemas.openid.net/secevent/caep/event-type/session-revoked': { event_timestamp: 1_795_493_106 },
        },
      },
    ],
    [
      'account-purged of RISC',
      purged,
      { sub_id: user, events: { 'https://schemas.openid.net/secevent/risc/event-type/account-purged': {} } },
    ],
  ])('has the claims of %s', (_, event, expected) => {
    const { header, claims } = partsOf(sign({ ...delivery, event }));
    expect(header).toEqual({ typ: 'secevent+jwt', alg: 'RS256', kid });
    const { issuer: iss, audience: aud } = settings;
    expect(claims).toEqual({ ...expected, iss, aud, iat: expect.any(Number), jti: 'an-event' });
  });

  test.each([revoked, purged])('is read as the same event: $type', async (event) => {
    const { claims } = await createVerifyToken({ ...settings, type: securityEventType })(sign({ ...delivery, event }));
    expect(readEventClaims(claims, settings.issuer)).toEqual(event);
    expect(readEventClaims(claims, 'https://another.example')).toBeUndefined();
  });

  test('is not accepted as an access token, nor the other way round', () => {
    const { accessToken } = createIssueAccessToken({ ...settings, clientId: 'a-client', lifetimeSeconds: 900 })(
      { id: userId, username: 'Ada', createdAt: new Date() },
      { id: 'a-session', expiresAt: new Date(Date.UTC(2099, 0)) },
    );
    const verifyEvent = createVerifyToken({ ...settings, type: securityEventType });
    expect(() => verifyEvent(accessToken)).toThrow('MALFORMED');
    const event = sign({ ...delivery, event: revoked });
    expect(() => createAuthenticate(settings)(`Bearer ${event}`)).toThrow('a token of another kind');
  });
});
