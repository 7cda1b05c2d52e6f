import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { type System, startSystem } from '../support/systems/system.ts';
import type { TestUser } from '../support/systems/users.ts';

const listed = graphql(`query ListedBesideHeldConnections { me { id } resources { totalCount } }`);

const head = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n`;
/** Beginnings of requests that clients do not finish: nothing, half of its headers, or half of its body. */
const beginnings: ((path: string) => string)[] = [
  () => '',
  (path) => head(path),
  (path) => `${head(path)}\r\n{"query":"{ me { id } }`,
];
const ofEach = 350;
const paths = [
  ['gateway', '/'],
  ['auth', '/graphql'],
  ['resources', '/graphql'],
  ['imageService', '/images/api/v1/images'],
] as const;
/** Half a minute for a request, and as long until Node looks again. */
const endsWithinMs = 120_000;
/** Limit for both ends of a connection, which are in this process. */
const maxBytesOfConnection = 60_000;

interface Held {
  socket: Socket;
  hasBegun: boolean;
}

describe('over a thousand connections that idle, trickle or send half a body', () => {
  let system: System;
  let user: TestUser;
  beforeAll(async () => {
    system = await startSystem();
    user = await system.signUp();
    await user.create();
  });
  afterAll(() => system?.stop());

  test('at each server delay no other request, use little memory, and are closed', { timeout: 300_000 }, async () => {
    collectGarbage();
    const bytesBefore = liveBytes();
    const held: Held[] = [];
    for (const [name, path] of paths) {
      const beginningsOf = beginnings.flatMap((begin) => Array<string>(ofEach).fill(begin(path)));
      held.push(...(await Promise.all(beginningsOf.map((beginning) => hold(system[name], beginning)))));
    }
    expect(held).toHaveLength(paths.length * beginnings.length * ofEach);
    const trickling = setInterval(() => {
      for (const { socket, hasBegun } of held) if (hasBegun) socket.write('x');
    }, 2_000);
    try {
      expect(await user.request.data(listed)).toMatchObject({ me: { id: user.id }, resources: { totalCount: 1 } });
      for (const [name] of paths) expect((await fetch(new URL('/health/ready', system[name]))).status).toBe(200);
      collectGarbage();
      expect(liveBytes() - bytesBefore).toBeLessThan(held.length * maxBytesOfConnection);
      await expect
        .poll(() => held.filter(({ socket }) => !socket.destroyed).length, { timeout: endsWithinMs, interval: 500 })
        .toBe(0);
      expect(await user.request.data(listed)).toMatchObject({ me: { id: user.id } });
    } finally {
      clearInterval(trickling);
      for (const { socket } of held) socket.destroy();
    }
  });
});

/** Opens a connection, and begins a request on it. */
async function hold(url: string, beginning: string): Promise<Held> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // The server resets what it has given up.
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  if (beginning !== '') socket.write(beginning);
  return { socket, hasBegun: beginning !== '' };
}

function liveBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
