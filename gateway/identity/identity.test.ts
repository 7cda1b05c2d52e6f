import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiError } from '../../platform/api-error.ts';
import { forgeWith, newPair, rsa, seconds } from '../../platform/testing/forged-tokens.ts';
import { openRemoteKeys, respondWithKeys, startKeyServer } from '../../platform/testing/key-server.ts';
import { createAuthenticate } from '../../platform/tokens/access-token.ts';
import { fixedKeySet, type KeySet, keyId } from '../../platform/tokens/key-set.ts';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { createIdentifyCaller } from './identity.ts';
import type { AccessTokenFor } from './token-exchange.ts';

const pair = newPair();
const forge = forgeWith(pair);
const stranger = newPair();
const fixed = fixedKeySet([pair.publicKey]);

interface Sent {
  authorization?: string | undefined;
  address?: string;
  keys?: KeySet;
  accessTokenFor?: AccessTokenFor;
}

const neverCalled = () => {
  throw new Error('No token is exchanged.');
};

function callerOf({ authorization, address = '192.0.2.7', keys = fixed, accessTokenFor = neverCalled }: Sent) {
  const identify = createIdentifyCaller(createAuthenticate({ keys }), accessTokenFor);
  return identify({ authorization, client: () => ({ address, userAgent: undefined }) });
}

const unauthenticated = (reason: string) => ({ error: { extensions: { code: 'UNAUTHENTICATED', reason } } });

test('a valid token gives its viewer and scopes, of any issuer and audience if none is set', () => {
  const authorization = `Bearer ${forge({}, { iss: 'another', aud: 'another', scope: 'resources:read' })}`;
  const caller = callerOf({ authorization });
  const viewer = { id: 'ada', sessionId: 'a-session', scopes: ['resources:read'] };
  expect(caller.identity()).toEqual({ viewer, authorization });
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

describe('the header that subgraphs get', () => {
  const token = forge();
  const unknown = forge({ kid: 'unknown' });
  test.each<[string, string | undefined, string | undefined]>([
    ['a valid token as it came', `Bearer ${token}`, `Bearer ${token}`],
    ['a valid token in the right form', `bearer   ${token}  `, `Bearer ${token}`],
    ['a token that could not be verified in the right form', `BEARER  ${unknown} `, `Bearer ${unknown}`],
    ['nothing without a token', undefined, undefined],
    ['nothing of a header that is malformed', `Bearer\t${token}`, undefined],
    ['nothing of a header without a scheme', token, undefined],
    ['nothing of another scheme', 'Basic YWRhOnNlY3JldA==', undefined],
    ['nothing of what may be a personal access token', 'Bearer ISG_PAT_x', undefined],
    ['nothing of a personal access token within another text', 'Bearer "isg_pat_x"', undefined],
    ['nothing of a token that begins with another text', 'Bearer x.isg_pat_x.y', undefined],
  ])('has %s', async (_, authorization, forwarded) => {
    expect((await callerOf({ authorization }).identity()).authorization).toBe(forwarded);
  });

  test('has nothing of a personal access token that could not be exchanged', async () => {
    const accessTokenFor = async () => Promise.reject(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Later.'));
    const identity = await callerOf({ authorization: 'Bearer isg_pat_x', accessTokenFor }).identity();
    expect(identity).toMatchObject({ error: { extensions: { code: 'SERVICE_UNAVAILABLE' } } });
    expect(identity.authorization).toBeUndefined();
  });
});

describe('a personal access token', () => {
  const authorization = 'Bearer isg_pat_x';
  const scope = 'resources:read';
  const viewer = { id: 'ada', sessionId: 'a-session', scopes: [scope] };

  test('identifies the viewer of the access token that it is exchanged for, which subgraphs get', async () => {
    const accessToken = forge({}, { scope });
    const seen: string[] = [];
    const accessTokenFor = (...given: string[]) => {
      seen.push(...given);
      return accessToken;
    };
    const caller = callerOf({ authorization, accessTokenFor });
    const forwarded = `Bearer ${accessToken}`;
    expect(caller.identity()).toEqual({ viewer, authorization: forwarded });
    expect(caller.budgetKey()).toBe('sub:ada');
    const late = callerOf({ authorization: 'bearer  isg_pat_y ', accessTokenFor: async () => accessToken });
    expect(await late.identity()).toEqual({ viewer, authorization: forwarded });
    expect(await late.budgetKey()).toBe('sub:ada');
    expect(seen).toEqual(['isg_pat_x', '192.0.2.7']);
  });

  test.each([
    ['is rejected with', () => Promise.reject(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Later.'))],
    [
      'is thrown',
      () => {
        throw new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Later.');
      },
    ],
  ])('is charged to the address if an error %s', async (_, accessTokenFor) => {
    const caller = callerOf({ authorization, accessTokenFor });
    expect(await caller.identity()).toMatchObject({ error: { extensions: { code: 'SERVICE_UNAVAILABLE' } } });
    expect(await caller.budgetKey()).toBe('address:192.0.2.7');
  });

  test.each(['Basic isg_pat_x', 'Bearer', 'Bearer isg_tok_x', 'Bearer isg_pat_x y', 'isg_pat_x', 'Bearer ISG_PAT_x'])(
    'is not what %j carries',
    (header) => {
      expect(callerOf({ authorization: header }).identity()).toMatchObject(unauthenticated('INVALID'));
    },
  );
});
