import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../tests/servers.ts';
import { createAuthenticate, keyId } from './access-token.ts';

const issuer = 'https://auth.example';
const audience = 'https://api.example';
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ourPem = ours.publicKey.export({ type: 'spki', format: 'pem' });

type Part = Record<string, unknown>;
type Sign = (text: string) => Buffer;

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const rsa = (key: KeyObject, digest = 'sha256', padding = constants.RSA_PKCS1_PADDING): Sign => {
  // Of PKCS #1 there is no salt; of PSS it is as long as the digest (RFC 7518, section 3.5).
  return (text) => sign(digest, Buffer.from(text), { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
};
const seconds = () => Math.floor(Date.now() / 1000);
const ourHeader = { alg: 'RS256', typ: 'at+jwt', kid: keyId(ours.publicKey) };
const ourClaims = () => ({ iss: issuer, aud: audience, sub: 'ada', iat: seconds(), exp: seconds() + 60 });

/** A token that holds, but for what is given; a header or claim that is undefined is left out. */
function forge(header: Part = {}, claims: Part = {}, signed: Sign = rsa(ours.privateKey)): string {
  const text = `${encode({ ...ourHeader, ...header })}.${encode({ ...ourClaims(), ...claims })}`;
  return `${text}.${signed(text).toString('base64url')}`;
}

const verifier = () => createAuthenticate({ verificationKey: ours.publicKey, issuer, audience });
const refusal = (reason: 'MISSING' | 'EXPIRED' | 'INVALID') =>
  expect.objectContaining({ name: 'Refusal', extensions: { code: 'UNAUTHENTICATED', reason } });

const [head = '', body = '', signature = ''] = forge({}, { exp: seconds() + 3600 }).split('.');
const hs256WithPublicKey: Sign = (text) => createHmac('sha256', ourPem).update(text).digest();

test.each<[string, () => string]>([
  ['alg none without a signature', () => forge({ alg: 'none' }, {}, () => Buffer.alloc(0))],
  ['alg none with a signature of ours', () => forge({ alg: 'none' })],
  ['HS256 with the public key as its secret', () => forge({ alg: 'HS256' }, {}, hs256WithPublicKey)],
  ['RS512', () => forge({ alg: 'RS512' }, {}, rsa(ours.privateKey, 'sha512'))],
  ['PS256', () => forge({ alg: 'PS256' }, {}, rsa(ours.privateKey, 'sha256', constants.RSA_PKCS1_PSS_PADDING))],
  [
    'the key of somebody else under its own kid',
    () => forge({ kid: keyId(stranger.publicKey) }, {}, rsa(stranger.privateKey)),
  ],
  ['the key of somebody else under our kid', () => forge({}, {}, rsa(stranger.privateKey))],
  [
    'a key that it brings along',
    () => forge({ kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) }, {}, rsa(stranger.privateKey)),
  ],
  ['a certificate that it brings along', () => forge({ x5c: ['MIIB'] }, {}, rsa(stranger.privateKey))],
  ['no kid', () => forge({ kid: undefined })],
  ['a kid of nobody', () => forge({ kid: 'somebody-else' })],
  ['a kid that is a path', () => forge({ kid: '../../../../dev/null' })],
  ['a kid that is a property of every object', () => forge({ kid: '__proto__' })],
  ['a kid that is no text', () => forge({ kid: [ourHeader.kid] })],
  ['an extension that must be understood', () => forge({ crit: ['exp'] })],
  ['the type of an ID token', () => forge({ typ: 'JWT' })],
  ['no type', () => forge({ typ: undefined })],
  ['a type that is no text', () => forge({ typ: ['at+jwt'] })],
  [
    "an ID token's type and claims that are no JSON",
    () => `${encode({ ...ourHeader, typ: 'JWT' })}.${Buffer.from('no JSON').toString('base64url')}.${signature}`,
  ],
  ['claims that are no JSON', () => `${head}.${Buffer.from('no JSON').toString('base64url')}.${signature}`],
  ['another issuer', () => forge({}, { iss: 'https://auth.example.evil.example' })],
  ['no issuer', () => forge({}, { iss: undefined })],
  ['another audience', () => forge({}, { aud: 'https://other.example' })],
  ['no audience', () => forge({}, { aud: undefined })],
  ['several audiences, and ours not among them', () => forge({}, { aud: ['https://other.example', ''] })],
  ['no subject', () => forge({}, { sub: undefined })],
  ['an empty subject', () => forge({}, { sub: '' })],
  ['a subject that is no text', () => forge({}, { sub: 42 })],
  ['no end', () => forge({}, { exp: undefined })],
  ['an end that is no time', () => forge({}, { exp: 'never' })],
  ['a beginning that has not come', () => forge({}, { nbf: seconds() + 30 })],
  ['claims changed after they were signed', () => `${head}.${encode({ ...ourClaims(), sub: 'eve' })}.${signature}`],
  ['a signature cut short', () => `${head}.${body}.${signature.slice(0, -8)}`],
  ['an empty signature', () => `${head}.${body}.`],
  ['no signature', () => `${head}.${body}`],
  ['a header alone', () => head],
  ['nothing but dots', () => '..'],
  ['a header that is null', () => `${encode(null)}.${body}.${signature}`],
  ['a megabyte of text', () => 'a'.repeat(1_000_000)],
  ['a megabyte of claims', () => forge({}, { iss: 'i'.repeat(1_000_000) })],
])('a token does not hold with %s', (_, token) => {
  const header = `Bearer ${token()}`;
  expect(() => verifier()(header)).toThrow(refusal('INVALID'));
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
  ['of many spaces and no token', `Bearer${' '.repeat(100_000)}!`],
])('a header %s is INVALID', (_, header) => {
  expect(() => verifier()(header)).toThrow(refusal('INVALID'));
});

test('no header at all is MISSING', () => {
  expect(() => verifier()(undefined)).toThrow(refusal('MISSING'));
});

test('a token whose time is over is EXPIRED', () => {
  const token = forge({}, { iat: seconds() - 120, exp: seconds() - 1 });
  expect(() => verifier()(`Bearer ${token}`)).toThrow(refusal('EXPIRED'));
});

test("a token of somebody else's is INVALID whatever its time", () => {
  const token = forge({}, { exp: seconds() - 1 }, rsa(stranger.privateKey));
  expect(() => verifier()(`Bearer ${token}`)).toThrow(refusal('INVALID'));
});

test('an address of keys that a token names is never asked', async () => {
  const asked: (string | undefined)[] = [];
  const keys = await listen((req, res) => {
    asked.push(req.url);
    res.end(JSON.stringify({ keys: [stranger.publicKey.export({ format: 'jwk' })] }));
  });
  onTestFinished(() => keys.stop());
  const kid = keyId(stranger.publicKey);
  const token = forge({ kid, jku: `${keys.url}/jku`, x5u: `${keys.url}/x5u` }, {}, rsa(stranger.privateKey));
  expect(() => verifier()(`Bearer ${token}`)).toThrow(refusal('INVALID'));
  await (await fetch(`${keys.url}/by-the-test`)).text();
  expect(asked).toEqual(['/by-the-test']);
});

test.each([
  ['of type at+jwt', forge(), 'Bearer '],
  ['of type application/at+jwt', forge({ typ: 'application/at+jwt' }), 'Bearer '],
  ['of type AT+JWT', forge({ typ: 'AT+JWT' }), 'Bearer '],
  ['for several audiences', forge({}, { aud: ['https://other.example', audience] }), 'Bearer '],
  ['in the scheme bearer', forge(), 'bearer '],
  ['after several spaces', forge(), 'Bearer    '],
])('a token %s speaks for its subject', (_, token, scheme) => {
  expect(verifier()(`${scheme}${token}`)).toEqual({ id: 'ada' });
});
