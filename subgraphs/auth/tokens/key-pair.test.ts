import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { readJwkSet } from '../../../platform/tokens/jwk-set.ts';
import { isStrongRsa, keyId } from '../../../platform/tokens/key-set.ts';
import { newKeyPair, readPrivateKey, toPublicJwk } from './key-pair.ts';

const pair = newKeyPair();

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = (modulusLength = 2048, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;

const newJwk = () => rsa().export({ format: 'jwk' });

/** The message of the StartupError for a text that is not a usable key. */
function errorOf(text: string): string {
  try {
    readPrivateKey(text);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('No error was thrown.');
}

describe('newKeyPair', () => {
  test('creates a strong pair with its thumbprint as kid', () => {
    const { kid, privateKey, publicKey } = newKeyPair();
    expect([privateKey.type, isStrongRsa(privateKey)]).toEqual(['private', true]);
    expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
    expect(kid).toBe(keyId(publicKey));
  });

  test('creates a new pair each time, whose kid does not begin with a hyphen', () => {
    const kids = Array.from({ length: 3 }, () => newKeyPair().kid);
    expect(new Set(kids).size).toBe(3);
    for (const kid of kids) expect(kid).toMatch(/^\w[\w-]{42}$/);
  });
});

test.each([
  ['PKCS 8', (key: KeyObject) => pem(key)],
  ['PKCS 1', (key: KeyObject) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
])('reads a private key in %s with its public key', (_, write) => {
  const key = rsa();
  const { privateKey, publicKey, kid } = readPrivateKey(write(key));
  expect(privateKey.equals(key)).toBe(true);
  expect([publicKey.type, kid]).toEqual(['public', keyId(createPublicKey(key))]);
});

test.each([
  ['1024 bits', rsa(1024)],
  ['exponent 3', rsa(2048, 3)],
  ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['RSASSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
])('rejects a key of %s as the wrong kind', (_, key) => {
  expect(errorOf(pem(key))).toMatch(/^It is of the wrong kind: it must be an RSA key of 2048 bits or more/);
});

test.each([
  ['empty', ''],
  ['not a key at all', 'a key'],
  ['cut short', pem(pair.privateKey).slice(0, 300)],
  ['corrupted', pem(pair.privateKey).replaceAll(/[a-c]/g, 'A')],
  ['mixed from two keys', pem(createPrivateKey({ key: { ...newJwk(), n: newJwk().n ?? '' }, format: 'jwk' }))],
  ['only a public key', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  [
    'encrypted',
    pair.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString(),
  ],
])('rejects a text that is %s as damaged, without quoting it', (_, text) => {
  const message = errorOf(text);
  expect(message).toMatch(/^It is damaged: .* Restore it; without it, tokens that it signed are invalid\.$/);
  for (const line of text.split('\n').filter((each) => each.length > 10)) expect(message).not.toContain(line);
});

test('toPublicJwk publishes the same public key', () => {
  const read = readJwkSet(JSON.stringify({ keys: [toPublicJwk(pair)] }));
  expect([...read.keys()]).toEqual([pair.kid]);
  expect(read.get(pair.kid)?.equals(pair.publicKey)).toBe(true);
});

test('toPublicJwk publishes no private member, even of a private key', () => {
  for (const publicKey of [pair.publicKey, pair.privateKey]) {
    const jwk = toPublicJwk({ kid: pair.kid, publicKey });
    expect(Object.keys(jwk)).toEqual(['kty', 'n', 'e', 'kid', 'use', 'alg']);
    const { d, p, q } = pair.privateKey.export({ format: 'jwk' });
    for (const secret of [d, p, q]) expect(JSON.stringify(jwk)).not.toContain(secret);
  }
});
