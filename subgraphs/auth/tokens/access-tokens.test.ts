import { verify } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import { createSingleKey } from '../testing/signing-keys.ts';
import { createIssueAccessToken } from './access-tokens.ts';

const keys = createSingleKey();
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
  test('has a header with its type, algorithm and key (RFC 9068, section 2.1)', () => {
    const { header } = partsOf(createIssueAccessToken(settings)(ada, session).accessToken);
    expect(header).toEqual({ typ: 'at+jwt', alg: 'RS256', kid });
  });

  test('has the claims that RFC 9068, section 2.2, requires, the username and the session', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23, 14, 5, 0, 999) });
    onTestFinished(() => void vi.useRealTimers());
    const now = Date.UTC(2026, 10, 23, 14, 5) / 1000;
    expect(partsOf(createIssueAccessToken(settings)(ada, session).accessToken).claims).toEqual({
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

  test('has the scopes of its grant, separated by spaces', () => {
    const grant = { ...session, scopes: ['resources:read', 'resources:write'] };
    const { claims } = partsOf(createIssueAccessToken(settings)(ada, grant).accessToken);
    expect(claims).toMatchObject({ sid: session.id, scope: 'resources:read resources:write' });
  });

  test('has a unique jti', () => {
    const issue = createIssueAccessToken(settings);
    const ids = Array.from({ length: 20 }, () => partsOf(issue(ada, session).accessToken).claims.jti);
    expect(new Set(ids).size).toBe(20);
  });

  test('is signed with the private key', () => {
    const { signed, signature } = partsOf(createIssueAccessToken(settings)(ada, session).accessToken);
    expect(verify('sha256', signed, keys.get(kid) ?? '', signature)).toBe(true);
  });

  test('is returned with its lifetime in seconds', () => {
    expect(createIssueAccessToken({ ...settings, lifetimeSeconds: 60 })(ada, session).expiresIn).toBe(60);
  });

  test.each([
    ['that its session has left', 60, 60],
    ['of one second if its session ends now', 0, 1],
    ['that is configured if its session lasts longer', 901, 900],
  ])('has the lifetime %s', (_, sessionSeconds, expiresIn) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const expiresAt = new Date(Date.now() + sessionSeconds * 1_000);
    expect(createIssueAccessToken(settings)(ada, { id: 'a-session', expiresAt }).expiresIn).toBe(expiresIn);
  });

  test('is valid for a verifier with the public key', () => {
    const { accessToken } = createIssueAccessToken(settings)(ada, session);
    expect(createAuthenticate(settings)(`Bearer ${accessToken}`)).toEqual({ id: ada.id, sessionId: 'a-session' });
  });

  test.each(['Ada 😀', 'सीता', '"\\', ''])('encodes the username %j', (username) => {
    const { claims } = partsOf(createIssueAccessToken(settings)({ ...ada, username }, session).accessToken);
    expect(claims.preferred_username).toBe(username);
  });
});
