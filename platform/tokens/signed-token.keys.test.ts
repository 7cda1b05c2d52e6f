import { expect, test } from 'vitest';
import { audience, forgeWith, issuer, newPair, rsa, seconds } from '../testing/forged-tokens.ts';
import { accessTokenType } from './access-token.ts';
import { fixedKeySet, type KeySet, keyId } from './key-set.ts';
import { createVerifyToken, type TokenFaultReason } from './signed-token.ts';

const ours = newPair();
const stranger = newPair();
const forge = forgeWith(ours);
const kid = keyId(ours.publicKey);

const verifierOf = (keys: KeySet) => createVerifyToken({ type: accessTokenType, keys, issuer, audience });
const fault = (reason: TokenFaultReason) => expect.objectContaining({ name: 'TokenFault', reason });

/** Keys that are there when they have been looked for; `looks` counts. */
function keysLater(...publicKeys: (typeof ours.publicKey)[]) {
  const later = fixedKeySet(publicKeys);
  const state = { looks: 0 };
  const refresh = async () => void state.looks++;
  const keys: KeySet = { get: (name) => (state.looks > 0 ? later.get(name) : undefined), refresh };
  return { keys, state };
}

test('the keys are looked for again for a kid that is unknown, and the token holds with the key that is found', async () => {
  const { keys, state } = keysLater(ours.publicKey);
  await expect(verifierOf(keys)(forge())).resolves.toMatchObject({ kid });
  expect(state.looks).toBe(1);
});

test.each<[string, TokenFaultReason, () => string]>([
  ['signed with another key', 'MALFORMED', () => forge({}, {}, rsa(stranger.privateKey))],
  ['expired', 'EXPIRED', () => forge({}, { exp: seconds() - 1 })],
])('a token that is %s does not hold for a key that is found when it is looked for', async (_, reason, token) => {
  await expect(verifierOf(keysLater(ours.publicKey).keys)(token())).rejects.toThrow(fault(reason));
});

test('what goes wrong while the keys are looked for is told as it is', async () => {
  const keys = { get: () => undefined, refresh: () => Promise.reject(new Error('unavailable')) };
  await expect(verifierOf(keys)(forge())).rejects.toThrow('unavailable');
});

test.each([
  ['whose key is known', forge()],
  ['that is of another type', forge({ typ: 'JWT', kid: 'unknown' })],
  ['that names no key', forge({ kid: undefined })],
  ['with an extension that must be understood', forge({ crit: ['exp'], kid: 'unknown' })],
])('the keys are not looked for again for a token %s', (_, token) => {
  const { keys, state } = keysLater();
  const known = fixedKeySet([ours.publicKey]);
  try {
    verifierOf({ ...keys, get: known.get })(token);
  } catch {
    // Most of them do not hold.
  }
  expect(state.looks).toBe(0);
});
