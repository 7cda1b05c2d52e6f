import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newPair } from '../testing/forged-tokens.ts';
import { readJwkSet } from './jwk-set.ts';
import { keyId } from './key-set.ts';

const pair = newPair();
const other = newPair();
const jwkOf = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }) });
const ours = jwkOf(pair.publicKey);
const secret = jwkOf(pair.privateKey);
const good = { ...jwkOf(other.publicKey), kid: 'good' };
const setOf = (...keys: unknown[]) => JSON.stringify({ keys });

/** The keys that are read from a set, by kid. */
const kids = (json: string) => [...readJwkSet(json).keys()];

describe('a key of a set', () => {
  test.each<[string, Record<string, unknown>]>([
    ['with its required members only', {}],
    ['for signatures', { use: 'sig' }],
    ['for our algorithm', { alg: 'RS256' }],
    ['that verifies', { key_ops: ['verify'] }],
    ['with unknown members', { x5c: ['MIIB'], x5u: 'http://127.0.0.1:1', ext: true, oth_er: 1 }],
  ])('%s is read by its kid', (_, members) => {
    const keys = readJwkSet(setOf({ ...ours, kid: 'ours', ...members }));
    expect([...keys.keys()]).toEqual(['ours']);
    expect(keys.get('ours')?.equals(pair.publicKey)).toBe(true);
  });

  test('without a kid is named by its thumbprint', () => {
    expect(kids(setOf(ours))).toEqual([keyId(pair.publicKey)]);
  });

  test.each<[string, unknown]>([
    ['of an elliptic curve', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['of an Edwards curve', jwkOf(generateKeyPairSync('ed25519').publicKey)],
    ['that is a shared secret', { kty: 'oct', k: 'AAAA', kid: 'ours' }],
    ['of a type that is no string', { ...ours, kty: ['RSA'] }],
    ['for encryption', { ...ours, use: 'enc' }],
    ['for another algorithm', { ...ours, alg: 'RS512' }],
    ['for the algorithm none', { ...ours, alg: 'none' }],
    ['for PSS', { ...ours, alg: 'PS256' }],
    ['that only signs', { ...ours, key_ops: ['sign'] }],
    ['without key operations', { ...ours, key_ops: [] }],
    ['of 1024 bits', jwkOf(newPair(1024).publicKey)],
    ['with the exponent 1', { ...ours, e: 'AQ' }],
    ['without an exponent', { ...ours, e: undefined }],
    ['with an exponent that is a number', { ...ours, e: 65_537 }],
    ['without a modulus', { ...ours, n: undefined }],
    ['with an empty modulus', { ...ours, n: '' }],
    ['with a modulus that is not base64url', { ...ours, n: '!' }],
    ['with an empty kid', { ...ours, kid: '' }],
    ['with a kid that is no string', { ...ours, kid: 5 }],
    ['with a kid of 201 characters', { ...ours, kid: 'k'.repeat(201) }],
    ['that is null', null],
    ['that is a string', 'RSA'],
    ['that is a list', [ours]],
  ])('%s is left out, and the others are read', (_, jwk) => {
    expect(kids(setOf(jwk, good))).toEqual(['good']);
    expect(() => readJwkSet(setOf(jwk))).toThrow('It has no key that can verify tokens.');
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi'])(
    'published with its private %s is ignored, because anybody could sign with it',
    (name) => {
      expect(kids(setOf({ ...ours, kid: 'ours', [name]: secret[name] }, good))).toEqual(['good']);
    },
  );

  test('with the kid of an earlier key is ignored', () => {
    const keys = readJwkSet(setOf(good, { ...ours, kid: 'good' }));
    expect([...keys.keys()]).toEqual(['good']);
    expect(keys.get('good')?.equals(other.publicKey)).toBe(true);
  });

  test('may have the name of a property of every object', () => {
    expect(kids(setOf({ ...ours, kid: '__proto__' }))).toEqual(['__proto__']);
    expect(readJwkSet(setOf(good)).get('__proto__')).toBeUndefined();
  });
});

test('reads the first twenty of a thousand keys', () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => ({ ...ours, kid: `key-${index}` }));
  expect(kids(setOf(...keys))).toEqual(Array.from({ length: 20 }, (_, index) => `key-${index}`));
});

test('ignored keys do not count among the twenty', () => {
  expect(kids(setOf(...Array(1_000).fill(null), good))).toEqual(['good']);
});

test.each([
  ['empty', ''],
  ['not JSON', '<html>'],
  ['JSON cut short', setOf(ours).slice(0, -5)],
  ['null', 'null'],
  ['a string', '"keys"'],
  ['a list', JSON.stringify([ours])],
  ['a single key', JSON.stringify(ours)],
  ['an object without keys', '{}'],
  ['an object whose keys are no list', JSON.stringify({ keys: ours })],
  ['deeply nested', `{"keys":${'['.repeat(30_000)}`],
])('a text that is %s is no JWK Set', (_, json) => {
  expect(() => readJwkSet(json)).toThrow('It is not a JWK Set.');
});

test('throws for an empty set', () => {
  expect(() => readJwkSet(setOf())).toThrow('It has no key that can verify tokens.');
});

test('throws without quoting the text', () => {
  const json = setOf({ ...secret, kid: 'a-private-key' });
  for (const text of [json, json.slice(0, -5)]) expect(() => readJwkSet(text)).toThrow(/^[^{]{1,40}$/);
});
