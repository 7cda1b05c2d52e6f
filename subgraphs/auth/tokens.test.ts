import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate, keyId } from '../../runtime/access-token.ts';
import { StartFault } from '../../runtime/start-fault.ts';
import { createIssueToken, type IssuerSettings, readSigningKey } from './tokens.ts';

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength }).privateKey;

const signingKey = readSigningKey(pemOf(rsa()));
const settings: IssuerSettings = {
  signingKey,
  issuer: 'https://auth.example',
  audience: 'https://api.example',
  clientId: 'a-client',
  lifetimeSeconds: 900,
};
const ada = { id: '8e0b1c7e-1111-4222-8333-444455556666', username: 'Ada', createdAt: new Date() };

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

describe('a signing key is refused', () => {
  test.each([
    ['damaged', pemOf(rsa()).replaceAll(/[a-m]/g, 'A')],
    ['cut short', pemOf(rsa()).slice(0, 400)],
    ['no PEM', 'secret'],
    ['a public key', createPublicKey(rsa()).export({ type: 'spki', format: 'pem' }).toString()],
  ])('that is %s', (_, pem) => {
    expect(() => readSigningKey(pem)).toThrow(StartFault);
    expect(() => readSigningKey(pem)).toThrow(/^It is damaged: it must be the PEM of an RSA private key\. Restore it/);
  });

  test.each([
    ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
    ['RSA-PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
    ['RSA of 1024 bits', rsa(1024)],
  ])('of %s, saying what it must be', (_, key) => {
    expect(() => readSigningKey(pemOf(key))).toThrow(StartFault);
    expect(() => readSigningKey(pemOf(key))).toThrow('it must be an RSA key of 2048 bits or more');
  });

  test('and nothing of it is told', () => {
    const pem = pemOf(rsa(1024));
    const fault = (() => {
      try {
        return readSigningKey(pem);
      } catch (error) {
        return String(error);
      }
    })();
    expect(fault).not.toContain(pem.split('\n')[1]);
  });
});

test('a signing key comes with the public key that verifies for it', () => {
  const { privateKey, verificationKey } = readSigningKey(pemOf(rsa()));
  expect(verificationKey.type).toBe('public');
  expect(keyId(verificationKey)).toBe(keyId(createPublicKey(privateKey)));
});

describe('an access token', () => {
  test('names its type, its algorithm and its key (RFC 9068, section 2.1)', () => {
    const { header } = partsOf(createIssueToken(settings)(ada).accessToken);
    expect(header).toEqual({ typ: 'at+jwt', alg: 'RS256', kid: keyId(signingKey.verificationKey) });
  });

  test('claims what RFC 9068, section 2.2, asks for, and the name, and nothing more', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23, 14, 5, 0, 999) });
    onTestFinished(() => void vi.useRealTimers());
    const now = Date.UTC(2026, 10, 23, 14, 5) / 1000;
    expect(partsOf(createIssueToken(settings)(ada).accessToken).claims).toEqual({
      iss: 'https://auth.example',
      aud: 'https://api.example',
      sub: ada.id,
      client_id: 'a-client',
      preferred_username: 'Ada',
      iat: now,
      exp: now + 900,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('has an id that no other has, for the same account at the same moment', () => {
    const issue = createIssueToken(settings);
    const ids = Array.from({ length: 20 }, () => partsOf(issue(ada).accessToken).claims.jti);
    expect(new Set(ids).size).toBe(20);
  });

  test('is signed with the private key', () => {
    const { signed, signature } = partsOf(createIssueToken(settings)(ada).accessToken);
    expect(verify('sha256', signed, signingKey.verificationKey, signature)).toBe(true);
  });

  test('comes with its lifetime in seconds', () => {
    expect(createIssueToken({ ...settings, lifetimeSeconds: 60 })(ada).expiresIn).toBe(60);
  });

  test('holds for who verifies with the public key alone', () => {
    const { issuer, audience } = settings;
    const authenticate = createAuthenticate({ verificationKey: signingKey.verificationKey, issuer, audience });
    expect(authenticate(`Bearer ${createIssueToken(settings)(ada).accessToken}`)).toEqual({ id: ada.id });
  });

  test.each(['Ada 😀', 'सीता', '"\\', ''])('for the name %j is sound', (username) => {
    const { claims } = partsOf(createIssueToken(settings)({ ...ada, username }).accessToken);
    expect(claims.preferred_username).toBe(username);
  });
});
