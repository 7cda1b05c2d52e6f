import jwt from 'jsonwebtoken';
import { expect, onTestFinished, test, vi } from 'vitest';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { createAuthenticate } from './access-token.ts';
import { fixedKeySet } from './key-set.ts';

// A short key, because thousands of tokens are signed.
const pair = newPair(512);
const forge = forgeWith(pair);
const headerFor = (sub: string) => `Bearer ${forge({}, { sub })}`;
const viewer = (id: string) => ({ id, sessionId: 'a-session' });

const verifier = () => createAuthenticate({ keys: fixedKeySet([pair.publicKey]), issuer, audience });
const unauthenticated = (reason: string) =>
  expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason } });

/** Counts calls of the real function. */
function watchVerify() {
  const verify = vi.spyOn(jwt, 'verify');
  onTestFinished(() => verify.mockRestore());
  return verify;
}

test('a cached token expires to the second', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const authenticate = verifier();
  const header = headerFor('ada');
  authenticate(header);
  vi.setSystemTime(Date.now() + 59_999);
  expect(authenticate(header)).toEqual(viewer('ada'));
  vi.setSystemTime(Date.now() + 1);
  expect(() => authenticate(header)).toThrow(unauthenticated('EXPIRED'));
});

test('a cached token does not validate the same claims with another signature', () => {
  const authenticate = verifier();
  const header = headerFor('ada');
  authenticate(header);
  const forged = `${header.slice(0, -10)}${header.at(-10) === 'A' ? 'B' : 'A'}${header.slice(-9)}`;
  expect(() => authenticate(forged)).toThrow(unauthenticated('INVALID'));
});

test('an invalid token is not cached', () => {
  const authenticate = verifier();
  const forged = `${headerFor('ada').slice(0, -10)}AAAAAAAAAA`;
  expect(() => authenticate(forged)).toThrow(unauthenticated('INVALID'));
  expect(() => authenticate(forged)).toThrow(unauthenticated('INVALID'));
});

test('the signature of a valid token is checked once', () => {
  const verify = watchVerify();
  const authenticate = verifier();
  const header = headerFor('ada');
  expect([authenticate(header), authenticate(header)]).toEqual([viewer('ada'), viewer('ada')]);
  expect(verify).toHaveBeenCalledTimes(1);
});

test('caches ten thousand tokens and evicts the least recently used', () => {
  const verify = watchVerify();
  const authenticate = verifier();
  const first = headerFor('ada');
  const second = headerFor('grace');
  authenticate(second);
  authenticate(first);
  for (let index = 0; index < 9_999; index++) authenticate(headerFor(`user-${index}`));
  verify.mockClear();
  authenticate(first);
  expect(verify).not.toHaveBeenCalled();
  expect(authenticate(second)).toEqual(viewer('grace'));
  expect(verify).toHaveBeenCalledTimes(1);
});
