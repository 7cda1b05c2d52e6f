import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGatewayKeys } from '../../../platform/signatures/gateway-keys.ts';
import { createIdentifySender } from '../../../platform/signatures/sender.ts';
import { captureLog } from '../../support/captured-log.ts';
import { logOut } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { listen } from '../../support/http/servers.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** Guarantees that every gateway in front of the subgraphs must keep: docs/other-routers.md. */

let system: System;
let servers: SingleServers;
/** A gateway in front of a fake auth that records its requests. */
let gateway: string;
const received: IncomingMessage[] = [];
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  const auth = await listen((req, res) => {
    received.push(req);
    res
      .setHeader('content-type', 'application/json')
      .end('{"data":{"logout":{"loggedOut":true},"login":null,"me":null}}');
  });
  gateway = await servers.gateway(
    { auth: `${servers.stopLater(auth).url}/graphql` },
    { timeoutMs: 4_000, mutationTimeoutMs: 4_000 },
  );
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

/** The input of a log-out, which needs no token. */
const variables = { input: { refreshToken: 'none' } };
const loggingOut = { query: String(logOut), variables };

/** Sends a log-out and gives the one call that auth receives. */
async function headersOf(headers: Record<string, string>) {
  received.length = 0;
  const answer = await requestTo(gateway, undefined, headers)(logOut, variables);
  expect(received).toHaveLength(1);
  return { answer, call: received[0] as IncomingMessage };
}

describe('a subgraph receives', () => {
  test('the client’s token and request id, and no other header of the client', async () => {
    const sent = {
      authorization: 'Bearer a.b.c',
      'x-request-id': 'of-a-client',
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'x-user-id': 'somebody',
      'apollo-federation-include-trace': 'ftv1',
    };
    const { answer, call } = await headersOf(sent);
    expect(call.headers).toMatchObject({ authorization: 'Bearer a.b.c', 'x-request-id': 'of-a-client' });
    expect(call.headers).not.toHaveProperty('cookie');
    expect(call.headers).not.toHaveProperty('x-forwarded-for');
    expect(call.headers).not.toHaveProperty('x-user-id');
    expect(call.headers).not.toHaveProperty('apollo-federation-include-trace');
    expect(answer.headers.get('x-request-id')).toBe('of-a-client');
  });

  test('no token if the client has none, and a request id of the gateway if the client’s is unfit for a log', async () => {
    const { answer, call } = await headersOf({ 'x-request-id': 'x'.repeat(65) });
    expect(call.headers).not.toHaveProperty('authorization');
    expect(call.headers['x-request-id']).toMatch(/^[\w.-]{1,64}$/);
    expect(answer.headers.get('x-request-id')).toBe(call.headers['x-request-id']);
  });

  test('the client’s address, signed by the gateway, and not an address that the client claims', async () => {
    const file = join(system.dataFolder, 'secrets', 'client-address-key');
    const keys = readGatewayKeys(readFileSync(file, 'utf8'));
    const { log } = captureLog();
    const claimed = { 'x-client-address': '192.0.2.7', 'user-agent': 'A client', authorization: 'Bearer a.b.c' };
    const { call } = await headersOf(claimed);
    const caller = createIdentifySender({ keys, isSignatureRequired: true, log })(call);
    if ('error' in caller) throw new Error(caller.error.message);
    expect(caller.client()).toEqual({ address: '127.0.0.1', userAgent: 'A client' });
    expect(caller.isGateway).toBe(true);
  });
});

describe('the gateway answers 4xx, and calls no subgraph,', () => {
  const two = untyped(`mutation {
    a: login(input: { username: "a", password: "b" }) { expiresIn }
    b: login(input: { username: "a", password: "c" }) { expiresIn }
  }`);
  const json = (body: unknown) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const simple = (type: string) => ({
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(loggingOut),
  });
  const byGet = new URLSearchParams({ query: String(logOut), variables: JSON.stringify(variables) });
  test.each<[string, string, RequestInit]>([
    ['for two log-ins in one operation', '', json({ query: String(two) })],
    ['for several operations in one request', '', json([loggingOut, loggingOut])],
    ['for a mutation by GET', `?${byGet}`, { headers: { 'apollo-require-preflight': '1' } }],
    ['for a query by GET without a preflight', `?query=${encodeURIComponent(String(viewer))}`, {}],
    ['for a request that a page can send without a preflight: text', '', simple('text/plain')],
    ['for a request that a page can send without a preflight: a form', '', simple('application/x-www-form-urlencoded')],
    ['for file uploads', '', { method: 'POST', body: new FormData() }],
    ['for the SDL of a subgraph', '', json({ query: '{ _service { sdl } }' })],
    ['for _entities', '', json({ query: '{ _entities(representations: []) { __typename } }' })],
  ])('%s', async (_, search, request) => {
    received.length = 0;
    const response = await fetch(`${gateway}${search}`, request);
    expect([Math.floor(response.status / 100), received]).toEqual([4, []]);
  });
});

describe('CORS', () => {
  const preflight = async (origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const response = await fetch(system.gateway, { method: 'OPTIONS', headers });
    return response.headers.get('access-control-allow-origin');
  };

  test('allows a configured origin', async () => {
    expect(await preflight('https://app.example')).toBe('https://app.example');
  });

  test('does not allow another origin', async () => {
    expect([null, 'https://app.example']).toContain(await preflight('https://evil.example'));
  });
});
