import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newPair } from '../testing/forged-tokens.ts';
import { fixedKeySet, isStrongRsa, keyId } from './key-set.ts';

const { publicKey } = newPair();
const { n = '' } = publicKey.export({ format: 'jwk' });
const rsaWith = (parts: { n?: string; e?: string }) =>
  createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB', ...parts }, format: 'jwk' });

describe('keyId', () => {
  test('is the JWK thumbprint of the example in RFC 7638', () => {
    const example =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(keyId(rsaWith({ n: example }))).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  test('differs between keys', () => {
    expect(keyId(newPair().publicKey)).not.toBe(keyId(publicKey));
  });

  test('ignores leading zeroes of the numbers', () => {
    expect(keyId(rsaWith({ n: `AAAA${n}`, e: 'AAEAAQ' }))).toBe(keyId(publicKey));
  });
});

describe('a strong RSA key', () => {
  test.each([
    ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
    ['an Edwards curve', generateKeyPairSync('ed25519').publicKey],
    ['RSA-PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
    // RFC 7518, section 3.3: RS256 must not be used with less than 2048 bits.
    ['RSA of 1024 bits', newPair(1024).publicKey],
    // Raising to the first power changes nothing, so anybody could sign.
    ['RSA with the exponent 1', rsaWith({ e: 'AQ' })],
    ['RSA with the exponent 0', rsaWith({ e: 'AA' })],
    ['RSA with an even exponent', rsaWith({ e: 'AQAC' })],
    ['RSA with a short exponent', rsaWith({ e: 'Aw' })],
  ])('is none of %s', (_, key) => {
    expect(isStrongRsa(key)).toBe(false);
  });

  test.each([
    ['of 2048 bits', publicKey],
    ['of 3072 bits', newPair(3072).publicKey],
    ['that is private', newPair().privateKey],
  ])('is one of RSA %s', (_, key) => {
    expect(isStrongRsa(key)).toBe(true);
  });
});

describe('a fixed key set', () => {
  test('has keys by thumbprint', () => {
    const other = newPair().publicKey;
    const keys = fixedKeySet([publicKey, other]);
    expect([keys.get(keyId(publicKey)), keys.get(keyId(other)), keys.get('another')]).toEqual([
      publicKey,
      other,
      undefined,
    ]);
  });

  test('has the keys of a map by its names only', () => {
    const keys = fixedKeySet(new Map([['one', publicKey]]));
    expect([keys.get('one'), keys.get(keyId(publicKey))]).toEqual([publicKey, undefined]);
  });

  test('keeps its keys after refresh and stop', async () => {
    const keys = fixedKeySet([publicKey]);
    keys.requireKeys();
    await keys.refresh();
    keys.stop();
    expect(keys.get(keyId(publicKey))).toBe(publicKey);
  });
});
