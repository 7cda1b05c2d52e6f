import { expect, test } from 'vitest';
import { audience, forgeWith, issuer, newPair, rsa, seconds } from '../testing/forged-tokens.ts';
import { accessTokenType } from './access-token.ts';
import { fixedKeySet, type KeySet, keyId } from './key-set.ts';
import { createVerifyToken, type TokenErrorReason } from './signed-token.ts';

const ours = newPair();
const stranger = newPair();
const forge = forgeWith(ours);
const kid = keyId(ours.publicKey);

const verifierOf = (keys: KeySet) => createVerifyToken({ type: accessTokenType, keys, issuer, audience });
const tokenError = (reason: TokenErrorReason) => expect.objectContaining({ name: 'TokenError', reason });

/** A key set that has its keys only after a refresh. */
function keysAfterRefresh(...publicKeys: (typeof ours.publicKey)[]) {
  const fetched = fixedKeySet(publicKeys);
  const state = { refreshes: 0 };
  const refresh = async () => void state.refreshes++;
  const keys: KeySet = { get: (name) => (state.refreshes > 0 ? fetched.get(name) : undefined), refresh };
  return { keys, state };
}

test('refreshes the keys for an unknown kid and verifies with the key it gets', async () => {
  const { keys, state } = keysAfterRefresh(ours.publicKey);
  await expect(verifierOf(keys)(forge())).resolves.toMatchObject({ kid });
  expect(state.refreshes).toBe(1);
});

test.each<[string, TokenErrorReason, () => string]>([
  ['signed with another key', 'MALFORMED', () => forge({}, {}, rsa(stranger.privateKey))],
  ['expired', 'EXPIRED', () => forge({}, { exp: seconds() - 1 })],
])('rejects a token that is %s after the refresh', async (_, reason, token) => {
  await expect(verifierOf(keysAfterRefresh(ours.publicKey).keys)(token())).rejects.toThrow(tokenError(reason));
});

test('passes on the error of a refresh that fails', async () => {
  const keys = { get: () => undefined, refresh: () => Promise.reject(new Error('unavailable')) };
  await expect(verifierOf(keys)(forge())).rejects.toThrow('unavailable');
});

test.each([
  ['whose key is in the set', forge()],
  ['of another type', forge({ typ: 'JWT', kid: 'unknown' })],
  ['without a kid', forge({ kid: undefined })],
  ['with a critical extension', forge({ crit: ['exp'], kid: 'unknown' })],
])('does not refresh the keys for a token %s', (_, token) => {
  const { keys, state } = keysAfterRefresh();
  const fixed = fixedKeySet([ours.publicKey]);
  try {
    verifierOf({ ...keys, get: fixed.get })(token);
  } catch {
    // Most of these tokens are invalid.
  }
  expect(state.refreshes).toBe(0);
});
