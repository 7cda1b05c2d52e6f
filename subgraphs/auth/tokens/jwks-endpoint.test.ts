import { sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readJwkSet } from '../../../platform/tokens/jwk-set.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { createSingleKey } from '../testing/signing-keys.ts';
import { createJwksHandler } from './jwks-endpoint.ts';
import { rotate } from './rotation.ts';
import { openSigningKeys, type SigningKeys } from './signing-keys.ts';

const commonHeaders = { 'x-request-id': 'a-request', 'cache-control': 'no-store' };

const singleKey = createSingleKey();

/** Serves the handler alone. */
async function serve(keys: Pick<SigningKeys, 'published'> = singleKey) {
  const handle = createJwksHandler(keys);
  const { url, stop } = await listen((req, res) => {
    void handle(req, res, { requestId: 'a-request', headers: commonHeaders });
  });
  onTestFinished(stop);
  return url;
}

const setOf = async (response: Response) => (await response.json()) as ReturnType<SigningKeys['published']>;

describe('the JWKS endpoint', () => {
  test('sends a JWK Set that may be cached for a minute', async () => {
    const response = await fetch(await serve());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=60',
      'x-request-id': 'a-request',
    });
    expect(await response.json()).toEqual(singleKey.published());
  });

  test('sends public keys that verify signatures of the private ones', async () => {
    const { kid, privateKey } = singleKey.current();
    const text = await (await fetch(await serve())).text();
    const publicKey = readJwkSet(text).get(kid);
    const signature = sign('sha256', Buffer.from('a token'), privateKey);
    expect(verify('sha256', Buffer.from('a token'), publicKey ?? '', signature)).toBe(true);
    const [jwk] = (JSON.parse(text) as { keys: object[] }).keys;
    expect(Object.keys(jwk ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test('sends the next key before it signs', async () => {
    const folder = join(folderOfTest(), 'signing-keys');
    const { added } = rotate({ folder, tokenSeconds: 900, signsInSeconds: 0 });
    const keys = openSigningKeys({ folder, tokenSeconds: 900, log: captureLog().log, pollIntervalMs: 10 });
    onTestFinished(keys.stop);
    const url = await serve(keys);
    const kids = async () => (await setOf(await fetch(url))).keys.map(({ kid }) => kid);
    expect(await kids()).toEqual([added.kid]);
    const next = rotate({ folder, tokenSeconds: 900, signsInSeconds: 3_600 }).added;
    await expect.poll(kids, { timeout: 10_000 }).toEqual([added.kid, next.kid]);
    expect(keys.current().kid).toBe(added.kid);
  });

  test('answers HEAD without a body', async () => {
    const url = await serve();
    const [got, head] = [await fetch(url), await fetch(url, { method: 'HEAD' })];
    expect([head.status, await head.text()]).toEqual([200, '']);
    const names = ['content-type', 'content-length', 'cache-control'];
    expect(names.map((name) => head.headers.get(name))).toEqual(names.map((name) => got.headers.get(name)));
  });
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'rejects %s with 405, the allowed methods and no-store',
  async (method) => {
    const response = await fetch(await serve(), { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const errors = [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }];
    expect(await response.json()).toEqual({ errors });
  },
);
