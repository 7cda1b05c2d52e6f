import { createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { GraphQLFormattedError } from 'graphql';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { readGatewayKeys } from './gateway-keys.ts';
import { createRequestSigner } from './request-signer.ts';
import { createIdentifySender } from './sender.ts';

const line = randomBytes(32).toString('base64url');
const keys = readGatewayKeys(line);
const sign = createRequestSigner(keys);

/** Starts a subgraph that tells its resolvers' request. */
async function startSubgraph(isSignatureRequired: boolean) {
  const { log, lines } = captureLog();
  const identifySender = createIdentifySender({ keys, isSignatureRequired, log });
  const page = (_: unknown, res: { end(text: string): void }) => res.end('a page');
  const jwks = (_: unknown, res: { end(text: string): void }) => res.end('{"keys":[]}');
  const server = await startTinyServer({ identifySender, page, paths: { '/.well-known/jwks.json': jwks } });
  const requestOf = async (headers: Record<string, string>, query = '{ request }') => {
    const { data } = (await (await post(server.url, { query }, headers)).json()) as { data: { request: string } };
    return JSON.parse(data.request);
  };
  return { ...server, requestOf, lines };
}

const body = JSON.stringify({ query: '{ request }' });
const signed = (changes: { clientAddress?: string; trustedDocument?: string; body?: string } = {}) =>
  sign({ method: 'POST', path: '/graphql', body, ...changes });

/** The header of gateways that sign nothing but the client's address. */
function signedAddress(address: string, atMs = Date.now()): Record<string, string> {
  const dated = `${address} ${Math.floor(atMs / 1_000)}`;
  const hmac = createHmac('sha256', Buffer.from(line, 'base64url')).update(`x-client-address\n${dated}`);
  return { 'x-client-address': `${dated} ${hmac.digest('base64url')}` };
}

describe('where a signature is required', () => {
  test('/graphql executes what the gateway signed, again and again', async () => {
    const { requestOf } = await startSubgraph(true);
    for (const _ of ['validated', 'prepared']) expect(await requestOf(signed())).toMatchObject({ isGateway: true });
  });

  test.each<[string, RequestInit]>([
    ['an operation', { method: 'POST', headers: { 'content-type': 'application/json' }, body }],
    ['a query by GET', { headers: { 'apollo-require-preflight': '1' } }],
    ['a browser', { headers: { accept: 'text/html' } }],
    ['a preflight', { method: 'OPTIONS', headers: { origin: 'https://app.example' } }],
    ['HEAD', { method: 'HEAD' }],
    ['something else than JSON', { method: 'POST', body: 'text' }],
    ['a signed address alone', { headers: signedAddress('198.51.100.7') }],
  ])('/graphql answers 403 to %s', async (_, request) => {
    const { url, changes } = await startSubgraph(true);
    const search = request.method === undefined ? '?query={hello}' : '';
    const response = await fetch(`${url}${search}`, request);
    expect(response.status).toBe(403);
    if (request.method !== 'HEAD')
      expect(await response.json()).toEqual({
        errors: [
          {
            message:
              'This subgraph answers its gateway only, which signs its requests: send the operation to the gateway.',
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      });
    expect(changes()).toBe(0);
  });

  test('a body is executed once, and never in place of another', async () => {
    const { url, changes } = await startSubgraph(true);
    const change = JSON.stringify({ query: 'mutation { change }' });
    const headers = signed({ body: change });
    const statuses = [];
    for (const text of [change, change]) statuses.push((await post(url, text, headers)).status);
    const other = await post(url, change, signed());
    statuses.push(other.status);
    expect([statuses, changes()]).toEqual([[200, 403, 403], 1]);
    expect(await other.text()).toContain('The body does not have the signed digest: send it as it was signed.');
  });

  test('a body in place of the signed one is logged, with the reason', async () => {
    const { url, lines } = await startSubgraph(true);
    await post(url, JSON.stringify({ query: 'mutation { change }' }), signed());
    expect(lines).toMatchObject([{ failure: 'other body', address: '127.0.0.1', isRejected: true }]);
  });

  test('a request of another time is rejected, and logged with the seconds by which the clocks are apart', async () => {
    const { url, lines } = await startSubgraph(true);
    vi.setSystemTime(Date.now() - 40_000);
    onTestFinished(() => void vi.useRealTimers());
    const headers = signed();
    vi.useRealTimers();
    expect((await post(url, body, headers)).status).toBe(403);
    const [line] = lines;
    expect(line).toMatchObject({ failure: 'out of date', address: '127.0.0.1', isRejected: true });
    expect(line?.skewSeconds).toBeGreaterThanOrEqual(40);
  });

  test('nobody else’s body is waited for', async () => {
    const { origin } = await startSubgraph(true);
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    socket.end(
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{',
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('health checks and other paths answer as before', async () => {
    const { origin } = await startSubgraph(true);
    for (const path of ['/health/live', '/health/ready', '/.well-known/jwks.json'])
      expect([path, (await fetch(`${origin}${path}`)).status]).toEqual([path, 200]);
  });

  test('a caller in this process is the gateway', async () => {
    const { execute } = await startSubgraph(true);
    const clientGone = new AbortController().signal;
    const client = () => ({ address: '198.51.100.7', userAgent: undefined });
    const { data } = await execute(
      { query: '{ request }' },
      { authorization: undefined, requestId: 'r-1', clientGone, client },
    );
    expect(JSON.parse(String(data?.request))).toMatchObject({ isGateway: true });
  });

  test('rejected requests are logged twenty times a minute, with the reason and without their content', async () => {
    const { url, lines } = await startSubgraph(true);
    for (let nth = 0; nth < 50; nth++) await post(url, body, { authorization: 'Bearer secret' });
    const msg = 'request without a valid signature of the gateway';
    const line = { level: 40, failure: 'missing', address: '127.0.0.1', isRejected: true, msg };
    expect(lines).toMatchObject(Array(20).fill(line));
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

describe('where a signature is optional', () => {
  test('a document that the gateway alone may send runs for nobody else, also once it is prepared', async () => {
    const { url } = await startSubgraph(false);
    const large = JSON.stringify({ query: `{ ${Array.from({ length: 21 }, (_, at) => `a${at}: hello`).join(' ')} }` });
    const codeOf = async (headers: Record<string, string>) => {
      const { errors = [] } = (await (await post(url, large, headers)).json()) as { errors?: GraphQLFormattedError[] };
      return errors.map(({ extensions }) => extensions?.code);
    };
    for (const _ of ['validated', 'prepared']) {
      expect(await codeOf(signed({ body: large }))).toEqual([]);
      expect(await codeOf({})).toEqual(['MAX_ALIASES_LIMIT']);
    }
  });

  test('anybody else is answered, and is not the gateway', async () => {
    const { requestOf, lines } = await startSubgraph(false);
    expect(await requestOf({})).toMatchObject({ isGateway: false });
    expect(lines).toEqual([]);
  });

  test('a request with an invalid signature is not the gateway’s, and is logged', async () => {
    const { requestOf, lines } = await startSubgraph(false);
    const forged = { ...signed(), signature: 'gateway=:AAAA:' };
    expect(await requestOf(forged)).toMatchObject({ isGateway: false });
    expect(lines).toMatchObject([{ failure: 'invalid', isRejected: false }]);
  });

  test('a body without the signed digest is rejected', async () => {
    const { url } = await startSubgraph(false);
    expect((await post(url, { query: '{ hello }' }, signed())).status).toBe(403);
  });
});

describe('the client is identified', () => {
  async function startClients(isSignatureRequired = false) {
    const { log } = captureLog();
    const identify = createIdentifySender({ keys, isSignatureRequired, log });
    const seen: unknown[] = [];
    const server = await startTinyServer({
      identifySender: (req) => {
        const caller = identify(req);
        seen.push('error' in caller ? caller : caller.client());
        return caller;
      },
    });
    return async (headers: Record<string, string>) => {
      await post(server.url, body, { 'user-agent': 'a client/1.0', ...headers });
      return seen.pop();
    };
  }
  const remote = { address: '127.0.0.1', userAgent: 'a client/1.0' };

  test.each(['198.51.100.7', '2001:db8::7', '::1'])('by %s, which the gateway signed', async (address) => {
    const clientOf = await startClients(true);
    expect(await clientOf(signed({ clientAddress: address }))).toEqual({ ...remote, address });
  });

  test('by its connection, if the gateway sent no address', async () => {
    expect(await (await startClients())(signed())).toEqual(remote);
  });

  test('by the signed address of a gateway that signs nothing else, which is then not yet required', async () => {
    const clientOf = await startClients();
    expect(await clientOf(signedAddress('198.51.100.7'))).toEqual({ ...remote, address: '198.51.100.7' });
    expect(await clientOf(signedAddress('2001:db8::7'))).toEqual({ ...remote, address: '2001:db8::7' });
  });

  const header = signedAddress('198.51.100.7')['x-client-address'] ?? '';
  test.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['an unsigned address', { 'x-client-address': '198.51.100.7' }],
    ['an empty signature', { 'x-client-address': header.replace(/ \S+$/, ' ') }],
    ['the signature of another address', { 'x-client-address': header.replace('.7 ', '.8 ') }],
    ['another time', { 'x-client-address': header.replace(/ \d/, ' 2') }],
    ['a shortened signature', { 'x-client-address': header.slice(0, -1) }],
    ['two values', { 'x-client-address': `${header}, ${header}` }],
    ['signed text that is no address', signedAddress('everybody')],
    ['a signature of a minute ago', signedAddress('198.51.100.7', Date.now() - 60_000)],
    ['a signature of a minute ahead', signedAddress('198.51.100.7', Date.now() + 60_000)],
    ['X-Forwarded-For', { 'x-forwarded-for': '198.51.100.7' }],
  ])('by its connection with %s', async (_, headers) => {
    expect(await (await startClients())(headers)).toEqual(remote);
  });
});
