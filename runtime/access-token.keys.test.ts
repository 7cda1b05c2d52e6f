import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyId, readVerificationKey } from './access-token.ts';
import { StartFault } from './start-fault.ts';

const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

test.each(['pkcs8', 'pkcs1'] as const)('a private key (%s) is refused, whose public key alone is asked for', (type) => {
  const pem = rsa().privateKey.export({ type, format: 'pem' }).toString();
  expect(() => readVerificationKey(pem)).toThrow(StartFault);
  expect(() => readVerificationKey(pem)).toThrow(/private key.*give the public key alone/);
});

test('a private key that is encrypted is refused as one', () => {
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  const pem = rsa()
    .privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher })
    .toString();
  expect(() => readVerificationKey(pem)).toThrow(/private key/);
});

test.each([
  ['damaged', publicPem(rsa().publicKey).replaceAll(/[a-m]/g, 'A')],
  ['cut short', publicPem(rsa().publicKey).slice(0, 200)],
  ['no PEM', 'ssh-rsa AAAAB3NzaC1yc2E= ada@example'],
])('a key that is %s is refused, saying what it must be', (_, pem) => {
  expect(() => readVerificationKey(pem)).toThrow(StartFault);
  expect(() => readVerificationKey(pem)).toThrow('It is damaged: it must be the PEM of an RSA public key.');
});

test.each([
  ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['RSA-PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
  // RFC 7518, section 3.3: RS256 must not be used with less than 2048 bits.
  ['RSA of 1024 bits', rsa(1024).publicKey],
])('a key of %s is refused as of the wrong kind', (_, key) => {
  expect(() => readVerificationKey(publicPem(key))).toThrow(StartFault);
});

test('an RSA public key is read as it is', () => {
  const { publicKey } = rsa();
  expect(readVerificationKey(publicPem(publicKey)).equals(publicKey)).toBe(true);
});

test('two keys have two ids', () => {
  expect(keyId(rsa().publicKey)).not.toBe(keyId(rsa().publicKey));
});

test('a key is named by its JWK thumbprint, as in the example of RFC 7638', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
  expect(keyId(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
});
