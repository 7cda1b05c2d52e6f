import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { fixture } from '../tests/support/files.ts';
import { createStored } from '../tests/support/graphql/documents.ts';
import { startSystem } from '../tests/support/systems/system.ts';

test('a stop drains the gateway, while the services that it calls still run without being ready', async () => {
  const system = await startSystem();
  const { accessToken } = await system.signUp();
  const create = await beginCreate(system.gateway, accessToken);
  const stopped = system.stop();

  await vi.waitFor(() => expect(fetch(system.gateway)).rejects.toThrow(), 20_000);
  for (const url of [system.auth, system.resources, system.imageService]) {
    const [live, ready] = await Promise.all(['live', 'ready'].map((path) => fetch(new URL(`/health/${path}`, url))));
    expect([live?.status, ready?.status, live?.headers.get('connection')]).toEqual([200, 503, 'close']);
  }

  expect(await create.finish()).toMatchObject({ data: { createResource: { resource: { title: 'Last' } } } });
  await stopped;
  for (const url of [system.auth, system.resources, system.imageService]) await expect(fetch(url)).rejects.toThrow();
});

/** Sends half of a request, which is in flight from then on. */
async function beginCreate(gateway: string, accessToken: string) {
  const image = { data: fixture('four-colours.png').toString('base64') };
  const body = JSON.stringify({ query: createStored, variables: { input: { title: 'Last', image } } });
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${accessToken}`,
    'content-length': body.length,
    expect: '100-continue',
  };
  const sending = request(gateway, { method: 'POST', headers });
  sending.flushHeaders();
  await once(sending, 'continue');
  sending.write(body.slice(0, 100));
  return {
    finish: async (): Promise<unknown> => {
      sending.end(body.slice(100));
      const [response] = await once(sending, 'response');
      return JSON.parse(await text(response));
    },
  };
}
