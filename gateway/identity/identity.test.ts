import { expect, onTestFinished, test } from 'vitest';
import { forgeWith, newPair, rsa, seconds } from '../../platform/testing/forged-tokens.ts';
import { openRemoteKeys, respondWithKeys, startKeyServer } from '../../platform/testing/key-server.ts';
import { createAuthenticate } from '../../platform/tokens/access-token.ts';
import { fixedKeySet, type KeySet, keyId } from '../../platform/tokens/key-set.ts';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { createIdentifyCaller } from './identity.ts';

const pair = newPair();
const forge = forgeWith(pair);
const stranger = newPair();
const fixed = fixedKeySet([pair.publicKey]);

interface Sent {
  authorization?: string | undefined;
  address?: string;
  keys?: KeySet;
}

function callerOf({ authorization, address = '192.0.2.7', keys = fixed }: Sent) {
  const identify = createIdentifyCaller(createAuthenticate({ keys }));
  return identify({ authorization, client: () => ({ address, userAgent: undefined }) });
}

const unauthenticated = (reason: string) => ({ error: { extensions: { code: 'UNAUTHENTICATED', reason } } });

test('a valid token gives its viewer and scopes, of any issuer and audience if none is set', () => {
  const authorization = `Bearer ${forge({}, { iss: 'another', aud: 'another', scope: 'resources:read' })}`;
  const caller = callerOf({ authorization });
  expect(caller.identity()).toEqual({ viewer: { id: 'ada', sessionId: 'a-session', scopes: ['resources:read'] } });
  expect(caller.budgetKey()).toBe('sub:ada');
});

test.each([
  ['MISSING', undefined],
  ['INVALID', 'Bearer nothing'],
  ['INVALID', `Bearer ${forge({}, {}, rsa(stranger.privateKey))}`],
  ['EXPIRED', `Bearer ${forge({}, { exp: seconds() - 1 })}`],
])('UNAUTHENTICATED, %s, is charged to the address', (reason, authorization) => {
  const caller = callerOf({ authorization });
  expect(caller.identity()).toMatchObject(unauthenticated(reason));
  expect(caller.budgetKey()).toBe('address:192.0.2.7');
});

test.each([
  ['2001:db8:1:2:3:4:5:6', 'address:2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', 'address:2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', 'address:2001:db8:1:3::/64'],
  ['::ffff:192.0.2.7', 'address:192.0.2.7'],
])('an anonymous caller at %s is charged to %s', (address, key) => {
  expect(callerOf({ address }).budgetKey()).toBe(key);
});

test('a subject that looks like an address is charged apart from that address', () => {
  const authorization = `Bearer ${forge({}, { sub: '192.0.2.7' })}`;
  expect(callerOf({ authorization }).budgetKey()).not.toBe(callerOf({}).budgetKey());
});

test('the token is verified once per request, and not before it is needed', () => {
  let lookups = 0;
  const keys: KeySet = {
    ...fixed,
    get: (kid) => {
      lookups += 1;
      return fixed.get(kid);
    },
  };
  const caller = callerOf({ authorization: `Bearer ${forge()}`, keys });
  expect(lookups).toBe(0);
  expect(caller.identity()).toBe(caller.identity());
  caller.budgetKey();
  expect(lookups).toBe(1);
});

test('a token whose key must be fetched is verified when the key has arrived', async () => {
  const { url } = await startKeyServer(respondWithKeys({ [keyId(pair.publicKey)]: pair.publicKey }));
  const { keys } = openRemoteKeys(url);
  const caller = callerOf({ authorization: `Bearer ${forge()}`, keys });
  expect(await caller.budgetKey()).toBe('sub:ada');
  expect(await caller.identity()).toMatchObject({ viewer: { id: 'ada' } });
});

test('without any key, a good token is SERVICE_UNAVAILABLE, never INVALID, and charged to the address', async () => {
  const { keys } = openRemoteKeys(await deadUrl());
  onTestFinished(keys.stop);
  const caller = callerOf({ authorization: `Bearer ${forge()}`, keys });
  expect(await caller.identity()).toMatchObject({ error: { extensions: { code: 'SERVICE_UNAVAILABLE' } } });
  expect(await caller.budgetKey()).toBe('address:192.0.2.7');
});
