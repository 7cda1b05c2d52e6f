import { EventEmitter, once } from 'node:events';
import { request as httpRequest, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LogInMutationVariables } from '../../generated/graphql.ts';
import { folderOfTest } from '../../support/files.ts';
import { logIn, register } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
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

const pausesMs = [250, 500, 1_000, 2_000, 4_000];

/**
 * Sends registrations, each over a connection of its own, and disconnects after a pause. Returns false if one had its
 * response before.
 */
async function registerAndDisconnect(gateway: string, users: readonly NewUser[], pauseMs: number): Promise<boolean> {
  const clients = users.map((input) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': input.username };
    const client = httpRequest(gateway, { method: 'POST', headers, agent: false });
    client.on('error', () => {});
    return client.end(JSON.stringify({ query: String(register), variables: { input } }));
  });
  let haveResponse = false;
  for (const client of clients) client.once('response', () => (haveResponse = true));
  await Promise.all(clients.map((client) => once(client, 'finish')));
  await setTimeout(pauseMs);
  for (const client of clients) client.destroy();
  return !haveResponse;
}

interface NewUser {
  username: string;
  password: string;
}

const newUsers = (prefix: string, count: number): NewUser[] =>
  Array.from({ length: count }, (_, index) => ({ username: `${prefix}-${index}`, password: 'correct horse' }));

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
  { timeout: 120_000 },
  async (calls) => {
    const slow = await startSystem({ passwords: { cost: 12, concurrency: 1 } }, { calls });
    try {
      let taken = 0;
      // On a busy machine, none may have begun after a short pause.
      for (const pauseMs of pausesMs) {
        const users = newUsers(`gone-${pauseMs}`, 12);
        await registerAndDisconnect(slow.gateway, users, pauseMs);
        // The one that is being hashed ends before these begin.
        const codes: unknown[] = [];
        for (const input of users) codes.push((await slow.request(register, { input })).errors[0]?.extensions.code);
        taken = codes.filter((code) => code === 'USERNAME_TAKEN').length;
        expect(taken).toBeLessThan(users.length);
        expect(codes.filter((code) => code === undefined)).toHaveLength(users.length - taken);
        if (taken > 0) break;
      }
      expect(taken).toBeGreaterThan(0);
    } finally {
      await slow.stop();
    }
  },
);

test('a stop waits for mutations that have begun, though their clients have disconnected', {
  timeout: 240_000,
}, async () => {
  // The passwords of all are hashed at once, and for long.
  const passwords = { cost: 14, concurrency: 4 };
  const registerAndStop = async (pauseMs: number): Promise<boolean> => {
    const dataFolder = folderOfTest();
    const users = newUsers('leaver', 4);
    const stopped = await startSystem({ passwords }, { dataFolder });
    const haveLeftInTime = await registerAndDisconnect(stopped.gateway, users, pauseMs);
    await setTimeout(100);
    await stopped.stop();
    const restarted = await startSystem({}, { dataFolder });
    try {
      const responses = await Promise.all(users.map((input) => restarted.request(logIn, { input })));
      return haveLeftInTime && responses.every(({ errors }) => errors.length === 0);
    } finally {
      await restarted.stop();
    }
  };

  let allRegistered = false;
  // On a busy machine, not all may have begun after a short pause.
  for (const pauseMs of pausesMs) allRegistered ||= await registerAndStop(pauseMs);
  expect(allRegistered).toBe(true);
});
