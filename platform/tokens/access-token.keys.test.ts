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

const refusal = (reason: string) => expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason } });

/** Keys that can be changed, by those that are found when they are looked for, too. */
function changingKeys(...first: [string, KeyObject][]) {
  const known = new Map(first);
  const added: [string, KeyObject][] = [];
  const refresh = async () => {
    for (const [name, key] of added) known.set(name, key);
  };
  return { known, added, keys: { get: (name: string) => known.get(name), refresh } };
}

const authenticateWith = (keys: Parameters<typeof createAuthenticate>[0]['keys']) =>
  createAuthenticate({ keys, issuer, audience });

test('a token of a known key is answered for at once, whether it holds or not', () => {
  const authenticate = authenticateWith(fixedKeySet([ours.publicKey]));
  expect(authenticate(header)).toEqual(ada);
  const forged = `Bearer ${forgeWith(ours)({}, {}, rsa(next.privateKey))}`;
  expect(() => authenticate(forged)).toThrow(refusal('INVALID'));
});

test('a token that held is INVALID as soon as its key is retired', async () => {
  const { known, keys } = changingKeys([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  expect(authenticate(header)).toEqual(ada);
  known.delete(kid);
  await expect(authenticate(header)).rejects.toThrow(refusal('INVALID'));
});

test('a token that held is INVALID when another key has taken the name of its own', () => {
  const { known, keys } = changingKeys([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  expect(authenticate(header)).toEqual(ada);
  known.set(kid, next.publicKey);
  expect(() => authenticate(header)).toThrow(refusal('INVALID'));
});

test('a token of a key that is found when it is looked for holds, and at once from then on', async () => {
  const { added, keys } = changingKeys();
  added.push([kid, ours.publicKey]);
  const authenticate = authenticateWith(keys);
  const found = authenticate(header);
  expect(found).toBeInstanceOf(Promise);
  expect(await found).toEqual(ada);
  expect(authenticate(header)).toEqual(ada);
});

test('a token without a session is INVALID, also where its key is found late', async () => {
  const { added, keys } = changingKeys();
  added.push([kid, ours.publicKey]);
  const lacking = forgeWith(ours)({}, { sid: undefined });
  await expect(authenticateWith(keys)(`Bearer ${lacking}`)).rejects.toThrow(refusal('INVALID'));
});

test('where no key is known at all that is told as it is, and nothing of the token', async () => {
  const unavailable = new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.');
  const authenticate = authenticateWith({ get: () => undefined, refresh: () => Promise.reject(unavailable) });
  await expect(authenticate(header)).rejects.toBe(unavailable);
});

test('a bug is told as it is, not taken for a token that does not hold', async () => {
  const get = () => {
    throw new TypeError('a bug');
  };
  expect(() => authenticateWith({ get, refresh: async () => {} })(header)).toThrow(TypeError);
});
