import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientInfo } from '../platform/http/client-info.ts';
import { readGatewayKeys } from '../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../platform/signatures/request-signer.ts';
import { createIdentifySender } from '../platform/signatures/sender.ts';
import { captureLog } from '../tests/support/captured-log.ts';
import { listenAsSubgraph, someClient, startClient } from '../tests/support/subgraphs/subgraph-client.ts';
import { post } from '../tests/support/subgraphs/tiny-server.ts';

import type { ExecutorName } from './executor.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';
import { accessTokenWith, verifier } from './testing/viewer.ts';

const keys = readGatewayKeys(randomBytes(32).toString('base64url'));
const signRequest = createRequestSigner(keys);
const logIn = 'mutation { login(input: { username: "ada", password: "correct horse" }) { accessToken } }';

/** Starts a gateway in front of a fake auth subgraph that records the client and headers of each signed request. */
async function startRecording(executor: ExecutorName, trustedProxies: readonly string[] = []) {
  const seen: { client: ClientInfo; headers: IncomingHttpHeaders }[] = [];
  const identify = createIdentifySender({ keys, isSignatureRequired: true, log: captureLog().log });
  const auth = await listenAsSubgraph((req, res) => {
    const caller = identify(req);
    if (!('error' in caller)) seen.push({ client: caller.client(), headers: req.headers });
    res.end('{"data":{"login":null,"me":null}}');
  });
  const timeouts = { timeoutMs: 5_000, mutationTimeoutMs: 5_000 };
  const { url, stop } = await startGateway({
    subgraphs: [
      { name: 'auth', transport: createHttpTransport(auth, { signRequest }), ...timeouts },
      { name: 'resources', transport: createHttpTransport(auth), ...timeouts },
    ],
    executor,
    trustedProxies,
    verifier,
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog().log,
  });
  onTestFinished(stop);
  /** Sends an operation twice: the second time it is already compiled. */
  const send = async (query: string, headers: Record<string, string> = {}) => {
    for (const _ of ['first', 'again']) await (await post(url, { query }, headers)).text();
    return seen;
  };
  return { send };
}

describe.each(['compiled', 'apollo'] as const)('with the executor %s, auth learns of a log-in', (executor) => {
  test('the remote address and user agent of the client', async () => {
    const { send } = await startRecording(executor);
    const seen = await send(logIn, { 'user-agent': 'Ada’s phone'.replace('’', '\xb4') });
    const client = { address: '127.0.0.1', userAgent: 'Ada\xb4s phone' };
    expect(seen.map((each) => each.client)).toEqual([client, client]);
    expect(seen[0]?.headers['x-client-address']).toBe('127.0.0.1');
  });

  test('no address that the client forged in headers', async () => {
    const { send } = await startRecording(executor);
    const headers = {
      'x-client-address': '198.51.100.7',
      'x-forwarded-for': '198.51.100.7',
      forwarded: 'for=198.51.100.7',
      signature: 'gateway=:198.51.100.7:',
    };
    const seen = await send(logIn, headers);
    expect(seen).toHaveLength(2);
    for (const { client, headers: forwarded } of seen) {
      expect(client.address).toBe('127.0.0.1');
      expect(JSON.stringify(forwarded)).not.toContain('198.51.100.7');
    }
  });

  test('the last address of X-Forwarded-For from a trusted proxy', async () => {
    const { send } = await startRecording(executor, ['loopback']);
    const headers = {
      'x-forwarded-for': '203.0.113.1, 198.51.100.7',
      'x-client-address': '203.0.113.1',
    };
    const seen = await send(logIn, headers);
    expect(seen.map(({ client }) => client.address)).toEqual(['198.51.100.7', '198.51.100.7']);
  });

  test('and of no query', async () => {
    const { send } = await startRecording(executor, ['loopback']);
    const seen = await send('{ me { id } }', {
      authorization: `Bearer ${accessTokenWith()}`,
      'x-forwarded-for': '198.51.100.7',
      'x-client-address': '198.51.100.7',
    });
    expect(seen.map(({ headers }) => headers)).toHaveLength(2);
    for (const { headers } of seen) {
      expect(headers).not.toHaveProperty('x-client-address');
      expect(headers).not.toHaveProperty('user-agent');
    }
  });
});

describe('a mutation', () => {
  const mutation = 'mutation { first }';
  const answering = (transport = createHttpTransport) =>
    startClient((res) => res.end('{"data":{"first":1}}'), {}, transport);
  const signing = () => answering((url) => createHttpTransport(url, { signRequest }));

  test('carries no client address to a subgraph that has no signing key', async () => {
    const { send, received } = await answering();
    await send({ query: mutation });
    expect(Object.keys(received[0]?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/client-address|user-agent|signature|digest/)]),
    );
  });

  test('carries the signed client address and the user agent', async () => {
    const { send, received } = await signing();
    await send({ query: mutation });
    const { address, userAgent } = someClient;
    expect(received[0]?.headers).toMatchObject({
      'x-client-address': address,
      'user-agent': userAgent,
      signature: expect.stringMatching(/^gateway=:.{44}:$/),
    });
  });

  test('carries no user agent if the client sent none', async () => {
    const { send, received } = await signing();
    await send({ query: mutation, getClient: () => ({ address: '::1', userAgent: undefined }) });
    expect(received[0]?.headers).not.toHaveProperty('user-agent');
    expect(received[0]?.headers['x-client-address']).toBe('::1');
  });

  test.each([
    ['line\r\nx-other: 1', 'linex-other: 1'],
    ['nul \0 and bell \x07', 'nul  and bell'],
    ['\u{1f9d1} € é', 'é'],
  ])('removes characters that headers may not have from the user agent %j', async (userAgent, sent) => {
    const { send, received } = await signing();
    expect(await send({ query: mutation, getClient: () => ({ address: '::1', userAgent }) })).toEqual({
      data: { first: 1 },
    });
    expect(received[0]?.headers['user-agent']).toBe(sent);
    expect(received[0]?.headers).not.toHaveProperty('x-other');
  });

  test('is sent even if the client’s connection is closed and has no address', async () => {
    const { send, received } = await signing();
    const getClient = () => ({ address: '', userAgent: undefined });
    expect(await send({ query: mutation, getClient })).toEqual({ data: { first: 1 } });
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).not.toHaveProperty('x-client-address');
  });
});

test('a query does not determine its client', async () => {
  const { send } = await startClient((res) => res.end('{"data":{"first":1}}'));
  const getClient = (): ClientInfo => {
    throw new Error('The client of a query must not be determined.');
  };
  expect(await send({ query: '{ first }', getClient })).toEqual({ data: { first: 1 } });
});
