import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { audience, forgeWith, issuer, newPair, rsa, seconds } from '../testing/forged-tokens.ts';
import { createAuthenticate, type Viewer } from './access-token.ts';
import { fixedKeySet, keyId } from './key-set.ts';

const ours = newPair();
const stranger = newPair();
const forge = forgeWith(ours);
const ourPem = ours.publicKey.export({ type: 'spki', format: 'pem' });

/** Rejects even if the error is thrown synchronously. */
async function authenticate(header: string | undefined): Promise<Viewer> {
  return createAuthenticate({ keys: fixedKeySet([ours.publicKey]), issuer, audience })(header);
}

const unauthenticated = (reason: 'MISSING' | 'EXPIRED' | 'INVALID') =>
  expect.objectContaining({ name: 'ApiError', extensions: { code: 'UNAUTHENTICATED', reason } });

describe('a token is INVALID', () => {
  test.each<[string, () => string]>([
    // signed-token.test.ts has all reasons.
    ['with alg none', () => forge({ alg: 'none' }, {}, () => Buffer.alloc(0))],
    [
      'with HS256 and the public key as its secret',
      () => forge({ alg: 'HS256' }, {}, (text) => createHmac('sha256', ourPem).update(text).digest()),
    ],
    ['with the signature of another key under our kid', () => forge({}, {}, rsa(stranger.privateKey))],
    ['with an unknown key', () => forge({ kid: keyId(stranger.publicKey) }, {}, rsa(stranger.privateKey))],
    ['with the type of an ID token', () => forge({ typ: 'JWT' })],
    ['with the type of a Security Event Token', () => forge({ typ: 'secevent+jwt' })],
    ['of another issuer', () => forge({}, { iss: 'https://auth.example.evil.example' })],
    ['for another audience', () => forge({}, { aud: 'https://other.example' })],
    ['without a subject', () => forge({}, { sub: undefined })],
    ['with an empty subject', () => forge({}, { sub: '' })],
    ['with a subject that is no string', () => forge({}, { sub: 42 })],
    ['without a session', () => forge({}, { sid: undefined })],
    ['with an empty session', () => forge({}, { sid: '' })],
    ['with a session that is no string', () => forge({}, { sid: ['a-session'] })],
    ['without an exp', () => forge({}, { exp: undefined })],
    ['with an exp that is no number', () => forge({}, { exp: 'never' })],
    ['with an exp of null', () => forge({}, { exp: null })],
    ['with a scope that is no string', () => forge({}, { scope: ['resources:read'] })],
    ['with a scope of null', () => forge({}, { scope: null })],
    ['that consists of dots', () => '..'],
    ['of a megabyte of text', () => 'a'.repeat(1_000_000)],
    ['of a megabyte of claims', () => forge({}, { iss: 'i'.repeat(1_000_000) })],
    ['that is expired and has a wrong signature', () => forge({}, { exp: seconds() - 1 }, rsa(stranger.privateKey))],
  ])('%s', async (_, token) => {
    await expect(authenticate(`Bearer ${token()}`)).rejects.toThrow(unauthenticated('INVALID'));
  });
});

test.each([
  ['of another scheme', `Basic ${Buffer.from('ada:secret').toString('base64')}`],
  ['of another scheme with a token', `Token ${forge()}`],
  ['of no scheme', forge()],
  ['without a token', 'Bearer'],
  ['with white space for a token', 'Bearer    '],
  ['with two tokens', `Bearer ${forge()} ${forge()}`],
  ['with a comma', `Bearer ${forge()},`],
  ['that is empty', ''],
  ['with many spaces and no token', `Bearer${' '.repeat(100_000)}!`],
])('a header %s is INVALID', async (_, header) => {
  await expect(authenticate(header)).rejects.toThrow(unauthenticated('INVALID'));
});

test('no header is MISSING', async () => {
  await expect(authenticate(undefined)).rejects.toThrow(unauthenticated('MISSING'));
});

test('a token past its exp is EXPIRED', async () => {
  const token = forge({}, { iat: seconds() - 120, exp: seconds() - 1 });
  await expect(authenticate(`Bearer ${token}`)).rejects.toThrow(unauthenticated('EXPIRED'));
});

test.each([
  ['of type at+jwt', forge(), 'Bearer '],
  ['of type application/at+jwt', forge({ typ: 'application/at+jwt' }), 'Bearer '],
  ['of type AT+JWT', forge({ typ: 'AT+JWT' }), 'Bearer '],
  ['for several audiences', forge({}, { aud: ['https://other.example', audience] }), 'Bearer '],
  ['in the scheme bearer', forge(), 'bearer '],
  ['after several spaces', forge(), 'Bearer    '],
])('a token %s identifies its subject and session', async (_, token, scheme) => {
  expect(await authenticate(`${scheme}${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
});

test.each([
  ['resources:read', ['resources:read']],
  ['resources:read resources:write', ['resources:read', 'resources:write']],
  ['', []],
])('a token with the scope %j has the scopes %j', async (scope, scopes) => {
  expect(await authenticate(`Bearer ${forge({}, { scope })}`)).toMatchObject({ scopes });
});

test('a verifier without an issuer and audience accepts any', async () => {
  const token = forge({}, { iss: 'another', aud: undefined });
  const verify = createAuthenticate({ keys: fixedKeySet([ours.publicKey]) });
  expect(verify(`Bearer ${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
});
