import { constants, createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../tests/support/servers.ts';
import { audience, encode, forgeWith, issuer, newPair, rsa, type Sign, seconds } from '../testing/forged-tokens.ts';
import { accessTokenType } from './access-token.ts';
import { fixedKeySet, keyId } from './key-set.ts';
import { createVerifyToken, type TokenFaultReason } from './signed-token.ts';

const ours = newPair();
const stranger = newPair();
const forge = forgeWith(ours);
const ourPem = ours.publicKey.export({ type: 'spki', format: 'pem' });
const kid = keyId(ours.publicKey);

const keys = fixedKeySet([ours.publicKey]);
const verify = createVerifyToken({ type: accessTokenType, keys, issuer, audience });
const fault = (reason: TokenFaultReason) => expect.objectContaining({ name: 'TokenFault', reason });

const [head = '', body = '', signature = ''] = forge({}, { exp: seconds() + 3600 }).split('.');
const noJson = Buffer.from('no JSON').toString('base64url');
const hs256WithPublicKey: Sign = (text) => createHmac('sha256', ourPem).update(text).digest();

test.each<[string, () => string]>([
  ['alg none without a signature', () => forge({ alg: 'none' }, {}, () => Buffer.alloc(0))],
  ['alg none with a signature of ours', () => forge({ alg: 'none' })],
  ['HS256 with the public key as its secret', () => forge({ alg: 'HS256' }, {}, hs256WithPublicKey)],
  ['RS512', () => forge({ alg: 'RS512' }, {}, rsa(ours.privateKey, 'sha512'))],
  ['PS256', () => forge({ alg: 'PS256' }, {}, rsa(ours.privateKey, 'sha256', constants.RSA_PKCS1_PSS_PADDING))],
  ['the key of somebody else under our kid', () => forge({}, {}, rsa(stranger.privateKey))],
  [
    'a key that it brings along',
    () => forge({ kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) }, {}, rsa(stranger.privateKey)),
  ],
  ['a certificate that it brings along', () => forge({ x5c: ['MIIB'] }, {}, rsa(stranger.privateKey))],
  ['no kid', () => forge({ kid: undefined })],
  ['an empty kid', () => forge({ kid: '' })],
  ['a kid that is no text', () => forge({ kid: [kid] })],
  ['an extension that must be understood', () => forge({ crit: ['exp'] })],
  ['the type of an ID token', () => forge({ typ: 'JWT' })],
  ['the type of a Security Event Token', () => forge({ typ: 'secevent+jwt' })],
  ['no type', () => forge({ typ: undefined })],
  ['a type that is no text', () => forge({ typ: ['at+jwt'] })],
  [
    "an ID token's type and claims that are no JSON",
    () => `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${noJson}.${signature}`,
  ],
  ['claims that are no JSON', () => `${head}.${noJson}.${signature}`],
  ['a beginning that has not come', () => forge({}, { nbf: seconds() + 30 })],
  ['an end that is no time', () => forge({}, { exp: 'never' })],
  ['claims changed after they were signed', () => `${head}.${encode({ sub: 'eve' })}.${signature}`],
  [
    'a header changed after it was signed',
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
])('a token does not hold with %s', (_, token) => {
  expect(() => verify(token())).toThrow(fault('MALFORMED'));
});

/** With our signature. */
function signed(text: string): string {
  return `${text}.${rsa(ours.privateKey)(text).toString('base64url')}`;
}

test.each<[string, TokenFaultReason, () => string]>([
  ['another issuer', 'ISSUER', () => forge({}, { iss: 'https://auth.example.evil.example' })],
  ['several issuers', 'ISSUER', () => forge({}, { iss: [issuer] })],
  ['no issuer', 'ISSUER', () => forge({}, { iss: undefined })],
  ['a megabyte for an issuer', 'ISSUER', () => forge({}, { iss: 'i'.repeat(1_000_000) })],
  ['another audience', 'AUDIENCE', () => forge({}, { aud: 'https://other.example' })],
  ['no audience', 'AUDIENCE', () => forge({}, { aud: undefined })],
  ['several audiences, and ours not among them', 'AUDIENCE', () => forge({}, { aud: ['https://other.example', ''] })],
  ['claims that are null', 'AUDIENCE', () => signed(`${head}.${encode(null)}`)],
  ['claims that are no JSON, signed as they are', 'AUDIENCE', () => signed(`${head}.${noJson}`)],
  ['claims that are a list', 'AUDIENCE', () => signed(`${head}.${encode([])}`)],
  ['a time that is over', 'EXPIRED', () => forge({}, { exp: seconds() - 1 })],
])('a token does not hold with %s, and what is wrong is told: %s', (_, reason, token) => {
  expect(() => verify(token())).toThrow(fault(reason));
});

test.each([
  ['of nobody', 'somebody-else'],
  ['of somebody else', keyId(stranger.publicKey)],
  ['that is a path', '../../../../dev/null'],
  ['that is a property of every object', '__proto__'],
  ['of a megabyte', 'k'.repeat(1_000_000)],
])('a token does not hold with a kid %s', async (_, unknown) => {
  await expect(verify(forge({ kid: unknown }, {}, rsa(stranger.privateKey)))).rejects.toThrow(fault('UNKNOWN_KEY'));
});

test('an expired token of another key is malformed, not expired: nothing of it is believed', () => {
  const token = forge({}, { exp: seconds() - 1, iss: 'another' }, rsa(stranger.privateKey));
  expect(() => verify(token)).toThrow(fault('MALFORMED'));
});

test.each([
  ['of its type', forge()],
  ['of its type as a media type', forge({ typ: 'application/at+jwt' })],
  ['of its type in capitals', forge({ typ: 'AT+JWT' })],
  ['for several audiences', forge({}, { aud: ['https://other.example', audience] })],
  ['with headers of no meaning', forge({ cty: 'JWT', b64: false, x: 1 })],
])('a token %s holds at once, and its claims, kid and key are given', (_, token) => {
  expect(verify(token)).toEqual({ claims: expect.objectContaining({ sub: 'ada' }), kid, key: ours.publicKey });
});

test('no address of keys that a token names is ever asked, and no key that it brings along is believed', async () => {
  const asked: (string | undefined)[] = [];
  const strangers = await listen((req, res) => {
    asked.push(req.url);
    res.end(JSON.stringify({ keys: [stranger.publicKey.export({ format: 'jwk' })] }));
  });
  onTestFinished(strangers.stop);
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  const headers = { jku: `${strangers.url}/jku`, x5u: `${strangers.url}/x5u`, jwk, x5c: [jwk.n] };
  for (const named of [kid, keyId(stranger.publicKey), `${strangers.url}/kid`]) {
    const token = forge({ ...headers, kid: named }, {}, rsa(stranger.privateKey));
    await expect((async () => verify(token))()).rejects.toThrow(expect.objectContaining({ name: 'TokenFault' }));
  }
  await (await fetch(`${strangers.url}/by-the-test`)).text();
  expect(asked).toEqual(['/by-the-test']);
});
