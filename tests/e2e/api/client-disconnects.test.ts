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
  const headers = { 'content-type': 'application/json' };
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

test('the mutation of a client that disconnects runs on at its subgraph', async () => {
  // Each hash takes so long that the gateway waits no longer for the last of them.
  const slow = await startSystem({ passwords: { cost: 13, concurrency: 1 } });
  try {
    const users = Array.from({ length: 4 }, (_, index) => ({ username: `gone-${index}`, password: 'correct horse' }));
    const clients = await sendAll(slow.gateway, users);
    for (const client of clients) client.destroy();
    for (const input of users) {
      const logsIn = () => slow.request(logIn, { input }).then(({ data }) => Boolean(data?.login));
      await expect.poll(logsIn, { timeout: 50_000 }).toBe(true);
    }
  } finally {
    await slow.stop();
  }
});

test('a stop waits for the mutations of clients that have disconnected', async () => {
  const dataFolder = folderOfTest();
  // Hashes that take long enough for all requests to be in flight at the stop.
  const stopped = await startSystem({ passwords: { cost: 12, concurrency: 1 } }, { dataFolder });
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
