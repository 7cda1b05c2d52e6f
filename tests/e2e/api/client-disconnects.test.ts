import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LogInMutationVariables } from '../../generated/graphql.ts';
import { logIn } from '../../support/graphql/accounts.ts';
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
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  const arrival = once(arrivals, 'arrival');
  const request = fetch(url, { method: 'POST', headers, body, signal: client.signal });
  const [atSubgraph] = (await arrival) as [ServerResponse];
  client.abort();
  await expect(request).rejects.toThrow();
  return atSubgraph;
}

test('a client that disconnects cancels its query at the subgraph', async () => {
  const atSubgraph = await sendAndDisconnect(String(viewer));
  await once(atSubgraph, 'close');
  expect(atSubgraph.writableFinished).toBe(false);
});

test('a client that disconnects does not cancel its mutation', async () => {
  const atSubgraph = await sendAndDisconnect(String(logIn), { input: { username: 'a', password: 'b' } });
  // The gateway handles this later disconnect after the mutation's.
  await once(await sendAndDisconnect(String(viewer)), 'close');
  expect(atSubgraph.socket?.destroyed).toBe(false);
});
