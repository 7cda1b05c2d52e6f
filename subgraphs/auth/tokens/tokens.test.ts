import { verify } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import { readEventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../../platform/tokens/signed-token.ts';
import { oneKey } from '../testing/signing-keys.ts';
import { createIssueToken, createSignEvent, hashRefreshToken, newRefreshToken } from './tokens.ts';

const keys = oneKey();
const { kid } = keys.current();
const settings = {
  keys,
  issuer: 'https://auth.example',
  audience: 'https://api.example',
  clientId: 'a-client',
  lifetimeSeconds: 900,
};
const ada = { id: '8e0b1c7e-1111-4222-8333-444455556666', username: 'Ada', createdAt: new Date() };
const session = { id: 'a-session', expiresAt: new Date(Date.UTC(2099, 0)) };

function partsOf(token: string) {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return {
    header: decode(header),
    claims: decode(claims) as Record<string, unknown>,
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

describe('an access token', () => {
  test('names its type, its algorithm and its key (RFC 9068, section 2.1)', () => {
    const { header } = partsOf(createIssueToken(settings)(ada, session).accessToken);
    expect(header).toEqual({ typ: 'at+jwt', alg: 'RS256', kid });
  });

  test('claims what RFC 9068, section 2.2, asks for, and the name, and nothing more', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23, 14, 5, 0, 999) });
    onTestFinished(() => void vi.useRealTimers());
    const now = Date.UTC(2026, 10, 23, 14, 5) / 1000;
    expect(partsOf(createIssueToken(settings)(ada, session).accessToken).claims).toEqual({
      iss: 'https://auth.example',
      aud: 'https://api.example',
      sub: ada.id,
      client_id: 'a-client',
      preferred_username: 'Ada',
      sid: 'a-session',
      iat: now,
      exp: now + 900,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('has an id that no other has, for the same account at the same moment', () => {
    const issue = createIssueToken(settings);
    const ids = Array.from({ length: 20 }, () => partsOf(issue(ada, session).accessToken).claims.jti);
    expect(new Set(ids).size).toBe(20);
  });

  test('is signed with the private key', () => {
    const { signed, signature } = partsOf(createIssueToken(settings)(ada, session).accessToken);
    expect(verify('sha256', signed, keys.get(kid) ?? '', signature)).toBe(true);
  });

  test('comes with its lifetime in seconds', () => {
    expect(createIssueToken({ ...settings, lifetimeSeconds: 60 })(ada, session).expiresIn).toBe(60);
  });

  test.each([
    ['is no longer than what its session has left', 60, 60],
    ['is never nothing, also where the session ends in this moment', 0, 1],
    ['is its own where the session lasts longer', 901, 900],
  ])('has a lifetime that %s', (_, sessionSeconds, expiresIn) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const expiresAt = new Date(Date.now() + sessionSeconds * 1_000);
    expect(createIssueToken(settings)(ada, { id: 'a-session', expiresAt }).expiresIn).toBe(expiresIn);
  });

  test('holds for who verifies with the public key alone', () => {
    const { accessToken } = createIssueToken(settings)(ada, session);
    expect(createAuthenticate(settings)(`Bearer ${accessToken}`)).toEqual({ id: ada.id, sessionId: 'a-session' });
  });

  test.each(['Ada 😀', 'सीता', '"\\', ''])('for the name %j is sound', (username) => {
    const { claims } = partsOf(createIssueToken(settings)({ ...ada, username }, session).accessToken);
    expect(claims.preferred_username).toBe(username);
  });
});

describe('a security event token', () => {
  const happenedAt = new Date('2026-11-24T04:05:06.789Z');
  const delivery = { seq: 1, jti: 'an-event', happenedAt, attempts: 0 };
  const revoked = { type: 'session-revoked', userId: ada.id, sessionId: 'a-session' } as const;
  const purged = { type: 'account-purged', userId: ada.id } as const;
  const sign = createSignEvent(settings);
  const user = { format: 'iss_sub', iss: settings.issuer, sub: ada.id };

  test.each([
    [
      'of CAEP, that a session was revoked',
      revoked,
      {
        sub_id: { format: 'complex', user, session: { format: 'opaque', id: 'a-session' } },
        events: {
          'https://schemas.openid.net/secevent/caep/event-type/session-revoked': { event_timestamp: 1_795_493_106 },
        },
      },
    ],
    [
      'of RISC, that an account was purged',
      purged,
      { sub_id: user, events: { 'https://schemas.openid.net/secevent/risc/event-type/account-purged': {} } },
    ],
  ])('says, in the words %s, and no more', (_, event, said) => {
    const { header, claims } = partsOf(sign({ ...delivery, event }));
    expect(header).toEqual({ typ: 'secevent+jwt', alg: 'RS256', kid });
    const { issuer: iss, audience: aud } = settings;
    expect(claims).toEqual({ ...said, iss, aud, iat: expect.any(Number), jti: 'an-event' });
  });

  test.each([revoked, purged])('is read as it was meant: $type', async (event) => {
    const { claims } = await createVerifyToken({ ...settings, type: securityEventType })(sign({ ...delivery, event }));
    expect(readEventClaims(claims, settings.issuer)).toEqual(event);
    expect(readEventClaims(claims, 'https://another.example')).toBeUndefined();
  });

  test('is no access token, and an access token is none', () => {
    const { accessToken } = createIssueToken(settings)(ada, session);
    const verifyEvent = createVerifyToken({ ...settings, type: securityEventType });
    expect(() => verifyEvent(accessToken)).toThrow('MALFORMED');
    const event = sign({ ...delivery, event: revoked });
    expect(() => createAuthenticate(settings)(`Bearer ${event}`)).toThrow('is invalid');
  });
});

describe('a refresh token', () => {
  test('is 256 bits in base64url, and new each time', () => {
    const tokens = Array.from({ length: 100 }, () => newRefreshToken());
    expect(new Set(tokens).size).toBe(100);
    expect(new Set(tokens.map((token) => hashRefreshToken(token).family)).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });

  test('that follows another is of its family, and new as well', () => {
    const first = newRefreshToken();
    const next = Array.from({ length: 100 }, () => newRefreshToken(first));
    expect(new Set([first, ...next]).size).toBe(101);
    expect(new Set([first, ...next].map((token) => hashRefreshToken(token).family)).size).toBe(1);
    for (const token of next) expect(token).toMatch(/^[\w-]{43}$/);
  });

  test('is kept as its SHA-256', () => {
    expect(hashRefreshToken('abc').hash).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  test.each([
    ['longer', (token: string) => `${token}A`],
    ['padded', (token: string) => `${token}=`],
    ['shorter', (token: string) => token.slice(0, -1)],
    ['in other letters', (token: string) => token.toLowerCase()],
    ['with a letter less', (token: string) => token.slice(1)],
    [
      'with another letter in it',
      (token: string) => token.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
    ],
    ['with a space in it', (token: string) => token.replace(/(?=.{20}$)/, ' ')],
    ['twice', (token: string) => token + token],
    ['nothing of the kind', () => 'A'.repeat(43)],
    ['nothing', () => ''],
  ])('is of no family where it is %s', (_, change) => {
    expect(hashRefreshToken(change(newRefreshToken())).family).toBe('');
  });
});
