import { constants, createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../tests/support/http/servers.ts';
import { audience, encode, forgeWith, issuer, newPair, rsa, type Sign, seconds } from '../testing/forged-tokens.ts';
import { accessTokenType } from './access-token.ts';
import { fixedKeySet, keyId } from './key-set.ts';
import { createVerifyToken, type TokenErrorReason } from './signed-token.ts';

const ours = newPair();
const stranger = newPair();
const forge = forgeWith(ours);
const ourPem = ours.publicKey.export({ type: 'spki', format: 'pem' });
const kid = keyId(ours.publicKey);

const keys = fixedKeySet([ours.publicKey]);
const verify = createVerifyToken({ type: accessTokenType, keys, issuer, audience });
const tokenError = (reason: TokenErrorReason) => expect.objectContaining({ name: 'TokenError', reason });

const [head = '', body = '', signature = ''] = forge({}, { exp: seconds() + 3600 }).split('.');
const noJson = Buffer.from('no JSON').toString('base64url');
const hs256WithPublicKey: Sign = (text) => createHmac('sha256', ourPem).update(text).digest();

test.each<[string, () => string]>([
  ['alg none without a signature', () => forge({ alg: 'none' }, {}, () => Buffer.alloc(0))],
  ['alg none with a valid signature', () => forge({ alg: 'none' })],
  ['HS256 with the public key as its secret', () => forge({ alg: 'HS256' }, {}, hs256WithPublicKey)],
  ['RS512', () => forge({ alg: 'RS512' }, {}, rsa(ours.privateKey, 'sha512'))],
  ['PS256', () => forge({ alg: 'PS256' }, {}, rsa(ours.privateKey, 'sha256', constants.RSA_PKCS1_PSS_PADDING))],
  ['the signature of another key under our kid', () => forge({}, {}, rsa(stranger.privateKey))],
  [
    'a key of its own in the header (jwk)',
    () => forge({ kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) }, {}, rsa(stranger.privateKey)),
  ],
  ['a certificate of its own in the header (x5c)', () => forge({ x5c: ['MIIB'] }, {}, rsa(stranger.privateKey))],
  ['no kid', () => forge({ kid: undefined })],
  ['an empty kid', () => forge({ kid: '' })],
  ['a kid that is no string', () => forge({ kid: [kid] })],
  ['a critical extension', () => forge({ crit: ['exp'] })],
  ['the type of an ID token', () => forge({ typ: 'JWT' })],
  ['the type of a Security Event Token', () => forge({ typ: 'secevent+jwt' })],
  ['no type', () => forge({ typ: undefined })],
  ['a type that is no string', () => forge({ typ: ['at+jwt'] })],
  [
    "an ID token's type and claims that are not JSON",
    () => `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${noJson}.${signature}`,
  ],
  ['claims that are not JSON', () => `${head}.${noJson}.${signature}`],
  ['an nbf that is no number', () => forge({}, { nbf: 'soon' })],
  ['an exp that is no number', () => forge({}, { exp: 'never' })],
  ['claims changed after signing', () => `${head}.${encode({ sub: 'eve' })}.${signature}`],
  [
    'a header changed after signing',
    () => `${encode({ alg: 'RS256', typ: 'at+jwt', kid, x: 1 })}.${body}.${signature}`,
  ],
  ['a signature cut short', () => `${head}.${body}.${signature.slice(0, -8)}`],
  ['an empty signature', () => `${head}.${body}.`],
  ['no signature', () => `${head}.${body}`],
  ['a header alone', () => head],
  ['nothing but dots', () => '..'],
  ['nothing at all', () => ''],
  ['a header that is null', () => `${encode(null)}.${body}.${signature}`],
  ['a megabyte of text', () => 'a'.repeat(1_000_000)],
  ['signed claims that are null', () => signed(`${head}.${encode(null)}`)],
  ['signed claims that are not JSON', () => signed(`${head}.${noJson}`)],
])('rejects a token with %s as MALFORMED', (_, token) => {
  expect(() => verify(token())).toThrow(tokenError('MALFORMED'));
});

/** Adds our signature to text as it is. */
function signed(text: string): string {
  return `${text}.${rsa(ours.privateKey)(text).toString('base64url')}`;
}

test.each<[string, TokenErrorReason, () => string]>([
  ['another issuer', 'ISSUER', () => forge({}, { iss: 'https://auth.example.evil.example' })],
  ['several issuers', 'ISSUER', () => forge({}, { iss: [issuer] })],
  ['no issuer', 'ISSUER', () => forge({}, { iss: undefined })],
  ['a megabyte for an issuer', 'ISSUER', () => forge({}, { iss: 'i'.repeat(1_000_000) })],
  ['another audience', 'AUDIENCE', () => forge({}, { aud: 'https://other.example' })],
  ['no audience', 'AUDIENCE', () => forge({}, { aud: undefined })],
  ['several audiences without ours', 'AUDIENCE', () => forge({}, { aud: ['https://other.example', ''] })],
  ['claims that are a list', 'AUDIENCE', () => signed(`${head}.${encode([])}`)],
  ['an exp in the past', 'EXPIRED', () => forge({}, { exp: seconds() - 1 })],
  ['an nbf in the future', 'NOT_YET_VALID', () => forge({}, { nbf: seconds() + 30 })],
  ['another issuer and audience', 'AUDIENCE', () => forge({}, { iss: 'another', aud: 'another' })],
  ['an exp in the past and another issuer', 'EXPIRED', () => forge({}, { exp: seconds() - 1, iss: 'another' })],
])('rejects a token with %s as %s', (_, reason, token) => {
  expect(() => verify(token())).toThrow(tokenError(reason));
});

test.each([
  ['that no key has', 'somebody-else'],
  ['of a key that is not ours', keyId(stranger.publicKey)],
  ['that is a path', '../../../../dev/null'],
  ['that every object has as a property', '__proto__'],
  ['of a megabyte', 'k'.repeat(1_000_000)],
])('rejects a token with a kid %s as UNKNOWN_KEY', async (_, unknown) => {
  await expect(verify(forge({ kid: unknown }, {}, rsa(stranger.privateKey)))).rejects.toThrow(
    tokenError('UNKNOWN_KEY'),
  );
});

test.each([
  ['expired', { exp: seconds() - 1 }],
  ['not yet valid', { nbf: seconds() + 30 }],
  ['of another issuer', { iss: 'another' }],
  ['for another audience', { aud: 'another' }],
])('reads no claims of a token with a wrong signature: one that is %s is MALFORMED', (_, claims) => {
  expect(() => verify(forge({}, claims, rsa(stranger.privateKey)))).toThrow(tokenError('MALFORMED'));
});

test.each([
  ['of its type', forge()],
  ['of its type, written as a media type', forge({ typ: 'application/at+jwt' })],
  ['of its type in upper case', forge({ typ: 'AT+JWT' })],
  ['for several audiences', forge({}, { aud: ['https://other.example', audience] })],
  ['with header parameters without a meaning', forge({ cty: 'JWT', b64: false, x: 1 })],
])('accepts a token %s synchronously and returns its claims, kid and key', (_, token) => {
  expect(verify(token)).toEqual({ claims: expect.objectContaining({ sub: 'ada' }), kid, key: ours.publicKey });
});

test('fetches no key from a URL in the header and uses no key in it', async () => {
  const requested: (string | undefined)[] = [];
  const strangers = await listen((req, res) => {
    requested.push(req.url);
    res.end(JSON.stringify({ keys: [stranger.publicKey.export({ format: 'jwk' })] }));
  });
  onTestFinished(strangers.stop);
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  const headers = { jku: `${strangers.url}/jku`, x5u: `${strangers.url}/x5u`, jwk, x5c: [jwk.n] };
  for (const namedKid of [kid, keyId(stranger.publicKey), `${strangers.url}/kid`]) {
    const token = forge({ ...headers, kid: namedKid }, {}, rsa(stranger.privateKey));
    await expect((async () => verify(token))()).rejects.toThrow(expect.objectContaining({ name: 'TokenError' }));
  }
  await (await fetch(`${strangers.url}/by-the-test`)).text();
  expect(requested).toEqual(['/by-the-test']);
});
