import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../process/startup-error.ts';
import { newPair } from '../testing/forged-tokens.ts';
import { keyId } from './key-set.ts';
import { readVerificationKeys } from './verification-keys.ts';

const one = newPair();
const other = newPair();
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const onePem = publicPem(one.publicKey);
const setOf = (...keys: unknown[]) => JSON.stringify({ keys });
const jwk = (key: KeyObject, kid?: string) => ({ ...key.export({ format: 'jwk' }), ...(kid && { kid }) });

/** The message of the StartupError that a text causes. */
function startupErrorOf(text: string): string {
  try {
    readVerificationKeys(text);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('The text was taken as it is.');
}

describe('rejects a private key:', () => {
  const { privateKey } = one;
  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;

  test.each([
    ['PKCS 8', privatePem(privateKey)],
    ['PKCS 1', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['encrypted', privateKey.export(encrypted).toString()],
    ['of an elliptic curve', privatePem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['behind a public one', `${onePem}\n${privatePem(other.privateKey)}`],
    ['as a JWK', setOf(jwk(privateKey))],
    ['as a JWK with white space', JSON.stringify({ keys: [jwk(privateKey)] }, null, 2).replaceAll(':', '\t:')],
    ['as a JWK beside a public one', setOf(jwk(other.publicKey), jwk(privateKey))],
    ['as the factors of a JWK', setOf({ ...jwk(privateKey), d: undefined })],
  ])('%s', (_, text) => {
    expect(startupErrorOf(text)).toBe('It contains a private key, which only auth may have: use the public key alone.');
  });
});

describe('rejects text as damaged and says what it must be:', () => {
  test.each([
    ['damaged', onePem.replaceAll(/[a-m]/g, 'A')],
    ['truncated', onePem.slice(0, 200)],
    ['truncated before the end', onePem.slice(0, -10)],
    ['a valid and a truncated key', `${onePem}${publicPem(other.publicKey).slice(0, 200)}`],
    ['a truncated and a valid key', `${onePem.slice(0, 200)}\n${publicPem(other.publicKey)}`],
    ['not PEM', 'ssh-rsa AAAAB3NzaC1yc2E= ada@example'],
    ['a PEM without content', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(startupErrorOf(text)).toBe(
      'It is damaged: it must be the PEM of one or more RSA public keys, or a JWK Set.',
    );
  });
});

test.each([
  ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['RSA-PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
  ['RSA of 1024 bits', newPair(1024).publicKey],
])('rejects a key of %s as the wrong kind, also after a valid one', (_, key) => {
  for (const text of [publicPem(key), `${onePem}${publicPem(key)}`]) {
    expect(startupErrorOf(text)).toMatch(
      /^It is of the wrong kind: it must be .* of 2048 bits or more, with an exponent of 65537 or more\.$/,
    );
  }
});

test.each([
  ['is truncated', setOf(jwk(one.publicKey)).slice(0, -4), 'It is not a JWK Set.'],
  ['is a single key', JSON.stringify(jwk(one.publicKey)), 'It is not a JWK Set.'],
  ['is empty', setOf(), 'It has no key that can verify tokens.'],
  ['has only weak keys', setOf(jwk(newPair(1024).publicKey)), 'It has no key that can verify tokens.'],
])('a JWK Set that %s is rejected, saying what it must be', (_, text, wrong) => {
  expect(startupErrorOf(text)).toBe(`${wrong} It must be the PEM of one or more RSA public keys, or a JWK Set.`);
});

describe('reads public keys:', () => {
  const [a, b] = [keyId(one.publicKey), keyId(other.publicKey)];

  test.each([
    ['one PEM', onePem, [a]],
    ['one in PKCS 1', one.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), [a]],
    ['several PEMs', `${onePem}${publicPem(other.publicKey)}`, [a, b]],
    ['several PEMs with text between', `Of today:\n${onePem}\nOf old:\n${publicPem(other.publicKey)}`, [a, b]],
    ['with CRLF line ends', onePem.replaceAll('\n', '\r\n'), [a]],
    ['a JWK Set without kids', setOf(jwk(one.publicKey), jwk(other.publicKey)), [a, b]],
    ['a JWK Set with kids, after white space', `\n ${setOf(jwk(one.publicKey, 'first'))}`, ['first']],
  ])('as %s', (_, text, kids) => {
    const keys = readVerificationKeys(text);
    const found = kids.map((kid) => keys.get(kid));
    expect(found[0]?.equals(one.publicKey)).toBe(true);
    if (kids.length > 1) expect(found[1]?.equals(other.publicKey)).toBe(true);
  });

  test('has no other keys', () => {
    expect(readVerificationKeys(onePem).get(b)).toBeUndefined();
  });
});
