import { EventEmitter, once } from 'node:events';
import { type ClientRequest, request as httpRequest, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LogInMutationVariables } from '../../generated/graphql.ts';
import { folderOfTest } from '../../support/files.ts';
import { logIn, register } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import { requestTo } from '../../support/graphql/request.ts';
import { listen } from '../../support/http/servers.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

let system: System;
let servers: SingleServers;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
});
afterEach(() => servers.stop());
afterAll(() => system.stop());

/** Sends an operation through a gateway to a subgraph that never answers, and disconnects when it has arrived. */
async function sendAndDisconnect(query: string, variables?: LogInMutationVariables): Promise<ServerResponse> {
  const arrivals = new EventEmitter();
  const subgraph = servers.stopLater(await listen((req, res) => arrivals.emit('arrival', res, req.resume())));
  const url = await servers.gateway({ auth: subgraph.url }, { timeoutMs: 60_000, mutationTimeoutMs: 60_000 });
  const client = new AbortController();
  const { accessToken } = await system.signUp();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
  const body = JSON.stringify({ query, variables });
  const arrival = once(arrivals, 'arrival');
  const request = fetch(url, { method: 'POST', headers, body, signal: client.signal });
  const [atSubgraph] = (await arrival) as [ServerResponse];
  client.abort();
  await expect(request).rejects.toThrow();
  return atSubgraph;
}

/** Sends registrations, each over a connection of its own, and waits until they have probably begun. */
async function sendAll(gateway: string, users: { username: string; password: string }[]): Promise<ClientRequest[]> {
  const clients = users.map((input) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': input.username };
    const client = httpRequest(gateway, { method: 'POST', headers, agent: false });
    client.on('error', () => {});
    return client.end(JSON.stringify({ query: String(register), variables: { input } }));
  });
  await Promise.all(clients.map((client) => once(client, 'finish')));
  await new Promise((resolve) => setTimeout(resolve, 250));
  return clients;
}

test('a client that disconnects cancels its query at the subgraph', async () => {
  const atSubgraph = await sendAndDisconnect(String(viewer));
  await once(atSubgraph, 'close');
  expect(atSubgraph.writableFinished).toBe(false);
});

test('the gateway waits no longer for the mutation of a client that disconnects', async () => {
  const atSubgraph = await sendAndDisconnect(String(logIn), { input: { username: 'a', password: 'b' } });
  await once(atSubgraph, 'close');
  expect(atSubgraph.writableFinished).toBe(false);
});

test.each(['memory', 'network'] as const)(
  'registrations of clients that disconnect are dropped, except those whose password is being hashed: over the %s',
  { timeout: 60_000 },
  async (calls) => {
    const slow = await startSystem({ passwords: { cost: 12, concurrency: 1 } }, { calls });
    try {
      const users = Array.from({ length: 12 }, (_, index) => ({
        username: `gone-${index}`,
        password: 'correct horse',
      }));
      const clients = await sendAll(slow.gateway, users);
      for (const client of clients) client.destroy();
      // The one that is being hashed ends before these begin.
      const codes: unknown[] = [];
      for (const input of users) codes.push((await slow.request(register, { input })).errors[0]?.extensions.code);
      const taken = codes.filter((code) => code === 'USERNAME_TAKEN').length;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(users.length);
      expect(codes.filter((code) => code === undefined)).toHaveLength(users.length - taken);
    } finally {
      await slow.stop();
    }
  },
);

test('a stop waits for mutations that have begun, though their clients have disconnected', async () => {
  const dataFolder = folderOfTest();
  // All passwords are being hashed when their clients disconnect.
  const stopped = await startSystem({ passwords: { cost: 13, concurrency: 4 } }, { dataFolder });
  const users = Array.from({ length: 4 }, (_, index) => ({ username: `leaver-${index}`, password: 'correct horse' }));
  const clients = await sendAll(stopped.gateway, users);
  for (const client of clients) client.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await stopped.stop();

  const restarted = await startSystem({}, { dataFolder });
  try {
    for (const input of users)
      expect(await requestTo(restarted.gateway).data(logIn, { input })).toHaveProperty('login.accessToken');
  } finally {
    await restarted.stop();
  }
});
