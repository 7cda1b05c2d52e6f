import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { viewer } from '../../support/graphql/documents.ts';
import { deadUrl, listen } from '../../support/http/servers.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, usersAt } from '../../support/systems/users.ts';

let system: System;
let servers: SingleServers;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
  await ada.create('Still there');
});
afterEach(() => servers.stop());
afterAll(() => system.stop());

const joinedBothWays = graphql(`
  query JoinedBothWays {
    me { username resources { totalCount } } resources { nodes { title owner { username } } }
  }
`);
const unavailable = { code: 'SERVICE_UNAVAILABLE' };

const outages = {
  'is down': async () => `${await deadUrl()}/graphql`,
  hangs: () => serve(() => {}),
  'answers with HTML': () => serve((_, res) => res.end('<html>')),
  'answers 500 with a stack trace': () => serve((_, res) => res.writeHead(500).end('Error: at /srv/secret.ts')),
  'closes the connection in the middle of a response': () =>
    serve((_, res) => res.writeHead(200, { 'content-length': 99 }).write('{"da', () => res.destroy())),
};

async function serve(listener: Parameters<typeof listen>[0]): Promise<string> {
  return `${servers.stopLater(await listen(listener)).url}/graphql`;
}

describe.each(Object.entries(outages))('a subgraph that %s fails only its own fields', (_, outage) => {
  test('auth', async () => {
    const gateway = await servers.gateway({ auth: await outage() });
    const answer = await usersAt(gateway).as(ada.accessToken)(joinedBothWays);
    expect(answer.data).toEqual({ me: null, resources: { nodes: [{ title: 'Still there', owner: null }] } });
    expect(answer.errors.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      { path: ['me'], extensions: unavailable },
      { path: ['resources', 'nodes', 0, 'owner', 'username'], extensions: unavailable },
    ]);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|auth|stack|secret/);
  });

  test('resources', async () => {
    const gateway = await servers.gateway({ resources: await outage() });
    const answer = await usersAt(gateway).as(ada.accessToken)(joinedBothWays);
    expect(answer.data).toEqual({ me: { username: ada.username, resources: null }, resources: null });
    expect(answer.errors.map(({ path }) => path)).toEqual(expect.arrayContaining([['resources'], ['me', 'resources']]));
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([unavailable, unavailable]);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|stack|secret/);
  });
});

test('a gateway that starts before its subgraphs uses each as soon as it is up', async () => {
  const url = await deadUrl();
  const gateway = await servers.gateway({ auth: `${url}/graphql` });
  const request = usersAt(gateway).as(ada.accessToken);
  expect(await request.error(viewer)).toEqual(unavailable);
  expect(await servers.authAt(Number(new URL(url).port))).toBe(`${url}/graphql`);
  expect(await request.data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });
});
