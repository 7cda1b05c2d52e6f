import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { isStrongRsa, keyId } from '../../../platform/tokens/key-set.ts';
import { newKeyPair, readPrivateKey } from './private-key.ts';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = (modulusLength = 2048, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;

const numbers = () => rsa().export({ format: 'jwk' });

/** What is said of a text that is no key to sign with. */
function faultOf(text: string): string {
  try {
    readPrivateKey(text);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('The text was taken as it is.');
}

describe('a new pair', () => {
  test('is strong enough, of one another, and named by its thumbprint', () => {
    const { kid, privateKey, publicKey } = newKeyPair();
    expect([privateKey.type, isStrongRsa(privateKey)]).toEqual(['private', true]);
    expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
    expect(kid).toBe(keyId(publicKey));
  });

  test('is another each time, and has a name that no command line takes for an option', () => {
    const kids = Array.from({ length: 5 }, () => newKeyPair().kid);
    expect(new Set(kids).size).toBe(5);
    for (const kid of kids) expect(kid).toMatch(/^\w[\w-]{42}$/);
  });
});

test.each([
  ['PKCS 8', (key: KeyObject) => pem(key)],
  ['PKCS 1', (key: KeyObject) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
])('a private key in %s is read with its public one', (_, write) => {
  const key = rsa();
  const { privateKey, publicKey, kid } = readPrivateKey(write(key));
  expect(privateKey.equals(key)).toBe(true);
  expect([publicKey.type, kid]).toEqual(['public', keyId(createPublicKey(key))]);
});

test.each([
  ['1024 bits', rsa(1024)],
  ['a short exponent', rsa(2048, 3)],
  ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
])('a key of %s is of the wrong kind', (_, key) => {
  expect(faultOf(pem(key))).toMatch(/^It is of the wrong kind: it must be an RSA key of 2048 bits or more/);
});

test.each([
  ['nothing', ''],
  ['not a key at all', 'a key'],
  ['cut short', pem(rsa()).slice(0, 300)],
  ['of changed letters', pem(rsa()).replaceAll(/[a-c]/g, 'A')],
  ['of the numbers of two keys', pem(createPrivateKey({ key: { ...numbers(), n: numbers().n ?? '' }, format: 'jwk' }))],
  ['a public key alone', createPublicKey(rsa()).export({ type: 'spki', format: 'pem' }).toString()],
  ['encrypted', rsa().export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString()],
])('a text that is %s is damaged, of which nothing is told', (_, text) => {
  const fault = faultOf(text);
  expect(fault).toMatch(/^It is damaged: .* Restore it; without it the tokens that it signed end\.$/);
  for (const line of text.split('\n').filter((each) => each.length > 10)) expect(fault).not.toContain(line);
});
