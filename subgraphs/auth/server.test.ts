import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { StartupError } from '../../platform/process/startup-error.ts';
import { readEventClaims, securityEventType } from '../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../platform/tokens/signed-token.ts';
import { listen } from '../../tests/support/http/servers.ts';
import { password } from './testing/accounts.ts';
import { createSingleKey } from './testing/signing-keys.ts';
import { eventAudience, issuer, newFile, startSubgraph } from './testing/subgraph.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';

const keys = createSingleKey();

const logIn = 'mutation ($input: LoginInput!) { login(input: $input) { tokenType } }';
const right = { username: 'ada', password };
const wrong = { username: 'ada', password: 'wrong horse' };

describe('the client of a request', () => {
  test('is identified by its connection and User-Agent by default', async () => {
    const { register, request } = await startSubgraph({ limits: { failuresPerAddress: 1 } });
    const ada = await register('ada');
    expect(await ada.request.data('{ sessions { userAgent } }')).toEqual({ sessions: [{ userAgent: 'node' }] });
    expect(await request.error(logIn, { input: wrong })).toEqual({ code: 'INVALID_CREDENTIALS' });
    const limited = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) };
    expect(await request.error(logIn, { input: right })).toEqual(limited);
  });

  test('is identified by identifySender', async () => {
    let address = '192.0.2.1';
    const client = () => ({ address, userAgent: 'a browser behind the gateway' });
    const identifySender = () => ({ isGateway: true, client });
    const { register, request } = await startSubgraph({ limits: { failuresPerAccount: 1 }, identifySender });
    const ada = await register('ada');
    const [session] = (await ada.request.data<{ sessions: object[] }>('{ sessions { userAgent } }')).sessions;
    expect(session).toEqual({ userAgent: 'a browser behind the gateway' });
    await request.error(logIn, { input: wrong });
    expect(await request.error(logIn, { input: right })).toMatchObject({ code: 'RATE_LIMITED' });
    address = '192.0.2.2';
    await request.data(logIn, { input: right });
  });
});

describe('an operation with two log-ins', () => {
  const twice = `mutation ($a: LoginInput!, $b: LoginInput!) {
    a: login(input: $a) { tokenType }
    b: login(input: $b) { tokenType }
  }`;

  test('fails validation, and does not count as an attempt', async () => {
    const { register, request } = await startSubgraph({ limits: { failuresPerAccount: 1 } });
    await register('ada');
    for (let i = 0; i < 3; i++) {
      const answer = await request(twice, { a: wrong, b: wrong });
      expect([answer.status, answer.data]).toEqual([400, undefined]);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    }
    await request.data(logIn, { input: right });
  });

  test('is rejected in process, too', async () => {
    const { execute } = await startSubgraph();
    const client = () => ({ address: '192.0.2.1', userAgent: undefined });
    const clientGone = new AbortController().signal;
    const request = { authorization: undefined, requestId: 'r-1', clientGone, client };
    await expect(execute({ query: twice, variables: { a: wrong, b: wrong } }, request)).rejects.toThrow('400');
  });
});

describe('the JWKS endpoint', () => {
  test('is served at the path of RFC 8615', async () => {
    const { url } = await startSubgraph({ keys });
    const response = await fetch(new URL('/.well-known/jwks.json', url));
    expect([response.status, await response.json()]).toEqual([200, keys.published()]);
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is read-only', async () => {
    const { url } = await startSubgraph();
    const response = await fetch(new URL('/.well-known/jwks.json', url), { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

test('subscribers receive signed events of ended sessions', async () => {
  const received: string[] = [];
  const subscriber = await listen(async (req, res) => {
    received.push(await text(req));
    res.writeHead(202).end();
  });
  onTestFinished(subscriber.stop);
  const { register } = await startSubgraph({ keys, subscribers: [{ name: 'a subscriber', url: subscriber.url }] });
  const ada = await register('ada');
  await ada.request.data('mutation { logoutEverywhere { loggedOut } }');
  await vi.waitFor(() => expect(received).toHaveLength(1), 20_000);
  const verify = createVerifyToken({ type: securityEventType, keys, issuer, audience: eventAudience });
  const { claims } = await verify(received[0] ?? '');
  expect(readEventClaims(claims, issuer)).toMatchObject({ type: 'session-revoked', userId: ada.id });
});

test('the start computes missing skeletons and deletes expired sessions', async () => {
  const file = newFile();
  const before = await startSubgraph({ file });
  await before.register('ada');
  await before.stop();
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  connection.exec('DELETE FROM look_alikes; UPDATE sessions SET expires_at = 1');
  const { request } = await startSubgraph({ file });
  const register = 'mutation ($input: RegisterInput!) { register(input: $input) { tokenType } }';
  const confusable = { username: '\u0430d\u0430', password };
  expect(await request.error(register, { input: confusable })).toEqual({ code: 'USERNAME_TAKEN' });
  const remaining = () => connection.prepare('SELECT count(*) FROM sessions').pluck().get();
  await vi.waitFor(() => expect(remaining()).toBe(0), 20_000);
});

describe('closes its database, its counters and its keys', () => {
  const watchKeys = () => {
    let stopped = 0;
    const watchedKeys: SigningKeys = { ...keys, stop: () => void stopped++ };
    return { keys: watchedKeys, stopped: () => stopped };
  };

  test('when it is stopped', async () => {
    const { keys, stopped } = watchKeys();
    const { stop, store, counters } = await startSubgraph({ keys });
    expect(await store.checkHealth()).toEqual({});
    expect(await counters.read('a key')).toBeUndefined();
    expect(stopped()).toBe(0);
    await stop();
    await expect(store.checkHealth()).rejects.toThrow();
    await expect(counters.read('a key')).rejects.toThrow();
    expect(stopped()).toBe(1);
  });

  test('if it cannot listen', async () => {
    const { keys, stopped } = watchKeys();
    const { url } = await startSubgraph();
    const port = Number(new URL(url).port);
    const start = startSubgraph({ keys, listen: { host: '127.0.0.1', port, portVariable: 'AUTH_PORT' } });
    await expect(start).rejects.toThrow(StartupError);
    expect(stopped()).toBe(1);
  });
});
