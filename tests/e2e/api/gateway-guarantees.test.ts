import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClientReader, readClientAddressKey } from '../../../platform/http/client-address.ts';
import { logOut } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { listen } from '../../support/http/servers.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** What every gateway before the subgraphs owes them and its clients: docs/other-routers.md. */

let system: System;
let parts: SingleServers;
/** A gateway before an auth that writes down what it is asked, and with which headers. */
let gateway: string;
const asked: IncomingMessage[] = [];
beforeAll(async () => {
  system = await startSystem();
  parts = serversBeside(system);
  const auth = await listen((req, res) => {
    asked.push(req);
    res
      .setHeader('content-type', 'application/json')
      .end('{"data":{"logout":{"loggedOut":true},"login":null,"me":null}}');
  });
  gateway = await parts.gateway(
    { auth: `${parts.keep(auth).url}/graphql` },
    { timeoutMs: 4_000, mutationTimeoutMs: 4_000 },
  );
});
afterAll(async () => {
  await parts.stop();
  await system.stop();
});

/** A log-out, which needs no token. */
const variables = { input: { refreshToken: 'none' } };
const loggingOut = { query: String(logOut), variables };

/** The headers of the one call that a log-out makes. */
async function headersOf(headers: Record<string, string>) {
  asked.length = 0;
  const answer = await requestTo(gateway, undefined, headers)(logOut, variables);
  expect(asked).toHaveLength(1);
  return { answer, call: asked[0] as IncomingMessage };
}

describe('a subgraph hears of a client', () => {
  test('its token and the id of its request, and nothing else that it sends', async () => {
    const sent = {
      authorization: 'Bearer a.b.c',
      'x-request-id': 'of-a-client',
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
    };
    const { answer, call } = await headersOf(sent);
    expect(call.headers).toMatchObject({ authorization: 'Bearer a.b.c', 'x-request-id': 'of-a-client' });
    expect(call.headers).not.toHaveProperty('cookie');
    expect(call.headers).not.toHaveProperty('x-forwarded-for');
    expect(answer.headers.get('x-request-id')).toBe('of-a-client');
  });

  test('no token where it has none, and an id of the gateway’s where its own is not fit for a log', async () => {
    const { answer, call } = await headersOf({ 'x-request-id': 'x'.repeat(65) });
    expect(call.headers).not.toHaveProperty('authorization');
    expect(call.headers['x-request-id']).toMatch(/^[\w.-]{1,64}$/);
    expect(answer.headers.get('x-request-id')).toBe(call.headers['x-request-id']);
  });

  test('where it is, signed, and not what it says of that itself', async () => {
    const key = readFileSync(join(system.dataFolder, 'secrets', 'client-address-key'), 'utf8').trim();
    const { call } = await headersOf({ 'x-client-address': '192.0.2.7 forged', 'user-agent': 'A client' });
    expect(String(call.headers['x-client-address'])).toMatch(/^127\.0\.0\.1 [\w-]{43}$/);
    const { address, userAgent } = createClientReader(readClientAddressKey(key))(call);
    expect([address, userAgent]).toEqual(['127.0.0.1', 'A client']);
  });
});

describe('nothing is asked of a subgraph, and 4xx is answered,', () => {
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
    ['for two guesses at a password in one operation', '', json({ query: String(two) })],
    ['for several operations in one request', '', json([loggingOut, loggingOut])],
    ['for a mutation by GET', `?${byGet}`, { headers: { 'apollo-require-preflight': '1' } }],
    ['for a query by GET without a preflight', `?query=${encodeURIComponent(String(viewer))}`, {}],
    ['for what a page may send without a preflight: text', '', simple('text/plain')],
    ['for what a page may send without a preflight: a form', '', simple('application/x-www-form-urlencoded')],
    ['for files', '', { method: 'POST', body: new FormData() }],
    ['for the SDL of a subgraph', '', json({ query: '{ _service { sdl } }' })],
    [
      'for entities, which are not the client’s to ask for',
      '',
      json({ query: '{ _entities(representations: []) { __typename } }' }),
    ],
  ])('%s', async (_, search, request) => {
    asked.length = 0;
    const response = await fetch(`${gateway}${search}`, request);
    expect([Math.floor(response.status / 100), asked]).toEqual([4, []]);
  });
});

describe('a page of an origin', () => {
  const preflight = async (origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const response = await fetch(system.gateway, { method: 'OPTIONS', headers });
    return response.headers.get('access-control-allow-origin');
  };

  test('that is configured may ask', async () => {
    expect(await preflight('https://app.example')).toBe('https://app.example');
  });

  test('that is not may not', async () => {
    expect([null, 'https://app.example']).toContain(await preflight('https://evil.example'));
  });
});
