import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readGatewayKeys } from '../../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../../platform/signatures/request-signer.ts';
import { createRequestVerifier } from '../../platform/signatures/request-verifier.ts';
import { deadUrl, listen } from '../../tests/support/http/servers.ts';
import { createTokenExchangeClient } from './token-exchange-client.ts';

const keys = readGatewayKeys(randomBytes(32).toString('base64url'));
const token = 'isg_pat_secret';

function openClient(authUrl: string, timeoutMs = 5_000) {
  const client = createTokenExchangeClient({ authUrl, signRequest: createRequestSigner(keys), timeoutMs });
  onTestFinished(client.close);
  return client;
}

/** Starts a token endpoint, and a client that has any URL of its server. */
async function open(respond: (res: ServerResponse, req: IncomingMessage) => void, timeoutMs?: number) {
  const { url, stop } = await listen((req, res) => respond(res, req));
  onTestFinished(stop);
  return openClient(`${url}/graphql`, timeoutMs);
}

const json = (status: number, body: unknown) => (res: ServerResponse) =>
  void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const issued = { access_token: 'a.b.c', token_type: 'Bearer', expires_in: 300 };

test('sends the form of RFC 8693, signed, to the endpoint at the origin of the URL', async () => {
  const verify = createRequestVerifier(keys);
  const seen: object[] = [];
  const { exchange } = await open(async (res, req) => {
    seen.push({ method: req.method, url: req.url, type: req.headers['content-type'], signature: verify(req) });
    seen.push(Object.fromEntries(new URLSearchParams(await text(req))));
    json(200, issued)(res);
  });
  expect(await exchange(token)).toEqual({ accessToken: 'a.b.c', expiresIn: 300 });
  expect(seen).toEqual([
    {
      ...{ method: 'POST', url: '/token', type: 'application/x-www-form-urlencoded' },
      signature: expect.objectContaining({ contentDigest: expect.any(String), clientAddress: undefined }),
    },
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
  ]);
});

test('gives undefined for invalid_request', async () => {
  const { exchange } = await open(json(400, { error: 'invalid_request' }));
  expect(await exchange(token)).toBeUndefined();
});

describe('rejects, without the token in the error,', () => {
  test.each<[string, (res: ServerResponse) => void]>([
    ['for another error', json(400, { error: 'unsupported_grant_type' })],
    ['for a missing signature', json(403, { errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] })],
    ['for a database that is unavailable', json(503, { error: 'temporarily_unavailable' })],
    ['for a redirection', (res) => void res.writeHead(302, { location: '/elsewhere' }).end()],
    ['for an access token without a lifetime', json(200, { access_token: 'a.b.c' })],
    ['for text', (res) => void res.end(`What is ${token}?`)],
    ['for a body that is too large', (res) => void res.end(JSON.stringify({ ...issued, more: 'x'.repeat(100_000) }))],
    ['for a closed connection', (res) => void res.destroy()],
  ])('%s', async (_, respond) => {
    const { exchange } = await open(respond);
    const error: unknown = await exchange(token).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain(token);
  });

  test('after its deadline', async () => {
    const { exchange } = await open(() => {}, 50);
    await expect(exchange(token)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('if nothing listens', async () => {
    await expect(openClient(await deadUrl()).exchange(token)).rejects.toThrow('ECONNREFUSED');
  });

  test('as soon as it is closed', async () => {
    const client = await open(() => void client.close(), 60_000);
    await expect(client.exchange(token)).rejects.toThrow();
  });
});
