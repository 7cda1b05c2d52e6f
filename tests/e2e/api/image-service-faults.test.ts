import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ResourceStore } from '../../../subgraphs/resources/storage/resource-store.ts';
import { openSqliteResourceStore } from '../../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { fixture } from '../../support/files.ts';
import { createResource, deleteResource, resourceCount } from '../../support/graphql/documents.ts';
import { requireValue, type SendRequest } from '../../support/graphql/request.ts';
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
});
afterEach(() => servers.stop());
afterAll(() => system.stop());

const input = { title: 'A picture', image: { data: fixture('four-colours.png').toString('base64') } };
const none = { resources: { totalCount: 0 } };
const id = 'a'.repeat(24);
const stored = JSON.stringify({ id, imageUrl: `http://127.0.0.1/images/public/${id}` });

/** Starts resources with another image service or another store, and a gateway. Gives ada's requests to it. */
async function requestsWith(
  imageServiceUrl: string,
  openStore?: (file: string) => ResourceStore,
): Promise<{ request: SendRequest; file: string }> {
  const { url, file } = await servers.resources(imageServiceUrl, openStore);
  return { request: usersAt(await servers.gateway({ resources: url })).as(ada.accessToken), file };
}

const faults: Record<string, Parameters<typeof listen>[0]> = {
  hangs: () => {},
  'closes the connection': (req) => req.destroy(),
  'answers 200 with HTML': (_, res) => res.end('<html>'),
  'answers 201 without an id': (_, res) => res.writeHead(201).end('{"imageUrl":"http://127.0.0.1/x"}'),
  'answers 201 with an invalid URL': (_, res) => res.writeHead(201).end(`{"id":"${id}","imageUrl":"javascript:1"}`),
  redirects: (_, res) => res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  'rejects the token': (_, res) => res.writeHead(403).end('{"status_code":403,"message":"wrong token"}'),
  'answers 413': (_, res) => res.writeHead(413).end(),
  'answers 500': (_, res) => res.writeHead(500).end('Error at /srv/secret.js'),
  'never ends its response': (_, res) => {
    res.writeHead(201);
    const timer = setInterval(() => res.write(' '.repeat(1024)), 1);
    res.on('close', () => clearInterval(timer));
  },
};

test.each(Object.entries(faults))('IMAGE_SERVICE_UNAVAILABLE if the image service %s', async (_, fault) => {
  const service = servers.stopLater(await listen(fault));
  const { request } = await requestsWith(service.url);
  const answer = await request(createResource, { input });
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'IMAGE_SERVICE_UNAVAILABLE' }]);
  expect(answer.text).not.toMatch(/secret|127\.0\.0\.1|token/);
  expect(await request.data(resourceCount)).toEqual(none);
});

test('IMAGE_SERVICE_UNAVAILABLE if the image service is down, but queries are answered', async () => {
  const { request } = await requestsWith(await deadUrl());
  expect(await request.error(createResource, { input })).toEqual({ code: 'IMAGE_SERVICE_UNAVAILABLE' });
  expect(await request.data(resourceCount)).toEqual(none);
});

test('a create calls no image service if the database is locked', async () => {
  const calls: string[] = [];
  const service = await listen((req, res) => {
    calls.push(`${req.method} ${req.url}`);
    if (req.method === 'POST') res.writeHead(201).end(stored);
    else res.writeHead(204).end();
  });
  const { request, file } = await requestsWith(servers.stopLater(service).url);
  const writer = new Database(file);
  writer.exec('BEGIN IMMEDIATE');
  expect(await request.error(createResource, { input })).toEqual({ code: 'SERVICE_UNAVAILABLE' });
  writer.close();
  expect(calls).toEqual([]);
  await request.data(createResource, { input });
});

test('a resource stays deleted if its image cannot be deleted', async () => {
  const service = await listen((req, res) => {
    if (req.method === 'POST') res.writeHead(201).end(stored);
    else res.writeHead(req.method === 'PUT' ? 204 : 500).end();
  });
  const { request } = await requestsWith(servers.stopLater(service).url);
  const { resource } = requireValue((await request.data(createResource, { input })).createResource);
  await request.data(deleteResource, { input: { id: resource.id } });
  expect(await request.data(resourceCount)).toEqual(none);
});

test('INTERNAL_SERVER_ERROR for a bug, without its message, with the response’s request id', async () => {
  const brokenStore = (file: string): ResourceStore => ({
    ...openSqliteResourceStore(file),
    count: async () => {
      throw new TypeError('SELECT count(*) FROM secrets at /srv/secret.ts');
    },
  });
  const { request } = await requestsWith(await deadUrl(), brokenStore);
  const answer = await request(resourceCount);
  const requestId = answer.headers.get('x-request-id');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }]);
  expect(answer.text).not.toMatch(/secret|SELECT|TypeError/);
});
