import { expect, test } from 'vitest';
import { readJwkSet } from '../../../platform/tokens/jwk-set.ts';
import { newKeyPair } from './private-key.ts';
import { publicJwk } from './public-jwk.ts';

test('what is published of a key is read as the same key', () => {
  const pair = newKeyPair();
  const read = readJwkSet(JSON.stringify({ keys: [publicJwk(pair)] }));
  expect([...read.keys()]).toEqual([pair.kid]);
  expect(read.get(pair.kid)?.equals(pair.publicKey)).toBe(true);
});

test('nothing of the private key comes along, also where it is taken for the public one', () => {
  const pair = newKeyPair();
  for (const publicKey of [pair.publicKey, pair.privateKey]) {
    const jwk = publicJwk({ kid: pair.kid, publicKey });
    expect(Object.keys(jwk)).toEqual(['kty', 'n', 'e', 'kid', 'use', 'alg']);
    const { d, p, q } = pair.privateKey.export({ format: 'jwk' });
    for (const secret of [d, p, q]) expect(JSON.stringify(jwk)).not.toContain(secret);
  }
});
