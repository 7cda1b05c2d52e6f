import type { KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { ApiError } from '../api-error.ts';
import { audience, forgeWith, issuer, newPair, rsa } from '../testing/forged-tokens.ts';
import { createAuthenticate } from './access-token.ts';
import { fixedKeySet, keyId } from './key-set.ts';

const ours = newPair();
const next = newPair();
const kid = keyId(ours.publicKey);
const header = `Bearer ${forgeWith(ours)()}`;
const ada = { id: 'ada', sessionId: 'a-session' };

const unauthenticated = (reason: string) =>
  expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason } });

/** A key set that tests change; `refresh` adds the keys of `added`. */
function changingKeys(...first: [string, KeyObject][]) {
  const current = new Map(first);
  const added: [string, KeyObject][] = [];
  const refresh = async () => {
    for (const [name, key] of added) current.set(name, key);
  };
  return { current, added, keys: { get: (name: string) => current.get(name), refresh } };
}

const authenticateWith = (keys: Parameters<typeof createAuthenticate>[0]['keys']) =>
  createAuthenticate({ keys, issuer, audience });

test('verifies a token synchronously if its key is there', () => {
  const authenticate = authenticateWith(fixedKeySet([ours.publicKey]));
  expect(authenticate(header)).toEqual(ada);
  const forged = `Bearer ${forgeWith(ours)({}, {}, rsa(next.privateKey))}`;
  expect(() => authenticate(forged)).toThrow(unauthenticated('INVALID'));
});

test('a cached token is INVALID as soon as its key is retired', async () => {
  const { current, keys } = changingKeys([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  expect(authenticate(header)).toEqual(ada);
  current.delete(kid);
  await expect(authenticate(header)).rejects.toThrow(unauthenticated('INVALID'));
});

test('a cached token is INVALID if another key has its kid', () => {
  const { current, keys } = changingKeys([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  expect(authenticate(header)).toEqual(ada);
  current.set(kid, next.publicKey);
  expect(() => authenticate(header)).toThrow(unauthenticated('INVALID'));
});

test('a token whose key is fetched is valid, and cached', async () => {
  const { added, keys } = changingKeys();
  added.push([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  const found = authenticate(header);
  expect(found).toBeInstanceOf(Promise);
  expect(await found).toEqual(ada);
  expect(authenticate(header)).toEqual(ada);
});

test('a token without a session is INVALID, also if its key was fetched', async () => {
  const { added, keys } = changingKeys();
  added.push([kid, ours.publicKey]);
  const lacking = forgeWith(ours)({}, { sid: undefined });
  await expect(authenticateWith(keys)(`Bearer ${lacking}`)).rejects.toThrow(unauthenticated('INVALID'));
});

test('passes on SERVICE_UNAVAILABLE of the key set', async () => {
  const unavailable = new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.');
  const authenticate = authenticateWith({ get: () => undefined, refresh: () => Promise.reject(unavailable) });
  await expect(authenticate(header)).rejects.toBe(unavailable);
});

test('passes on a bug, which is no invalid token', async () => {
  const get = () => {
    throw new TypeError('a bug');
  };
  expect(() => authenticateWith({ get, refresh: async () => {} })(header)).toThrow(TypeError);
});
