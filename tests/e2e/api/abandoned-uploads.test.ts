import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import type { ImageDecoder } from '../../../subgraphs/resources/images/decoder-process.ts';
import { inlineDecoder } from '../../../subgraphs/resources/testing/inline-decoder.ts';
import { fixture } from '../../support/files.ts';
import { createStored, resourceCount } from '../../support/graphql/documents.ts';
import { startSystem } from '../../support/systems/system.ts';

const title = 'Slow';
const slow = fixture('four-colours.gif');
const data = slow.toString('base64');

/** Sends uploads over connections of their own, and returns a function that closes these. */
async function sendUploads(gateway: string, { accessToken, count }: { accessToken: string; count: number }) {
  const clients = Array.from({ length: count }, () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
    const client = httpRequest(gateway, { method: 'POST', headers, agent: false });
    client.on('error', () => {});
    return client.end(
      JSON.stringify({ query: String(createStored), variables: { input: { title, image: { data } } } }),
    );
  });
  await Promise.all(clients.map((client) => once(client, 'finish')));
  return () => {
    for (const client of clients) client.destroy();
  };
}

/** Decodes the image of these uploads until nobody waits for it, as the decoder process does with one that takes long. */
function createSlowDecoder() {
  let running = 0;
  const decoder: ImageDecoder = {
    decode(image, signal) {
      if (!slow.equals(image.bytes)) return inlineDecoder.decode(image);
      running += 1;
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          running -= 1;
          reject(signal.reason);
        });
      });
    },
    close() {},
  };
  return { decoder, running: () => running };
}

test.each(['memory', 'network'] as const)(
  'uploads of a client that leaves the gateway are decoded no longer, with calls over the %s',
  async (calls) => {
    const { decoder, running } = createSlowDecoder();
    const system = await startSystem({}, { imageDecoder: decoder, calls });
    try {
      const [leaver, other] = [await system.signUp(), await system.signUp()];
      const leave = await sendUploads(system.gateway, { accessToken: leaver.accessToken, count: 5 });
      await expect.poll(running).toBe(1);
      // The others are queued by now; if one is not yet, it is dropped before.
      await new Promise((resolve) => setTimeout(resolve, 200));
      leave();
      // It would wait for what is decoded and queued before it.
      expect(await other.create()).toEqual(expect.any(String));
      expect(running()).toBe(0);
      expect(await leaver.request.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });
    } finally {
      await system.stop();
    }
  },
);
