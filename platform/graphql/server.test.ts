import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { listen } from '../../tests/support/http/servers.ts';
import { post, startTinyServer, type TinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { createAbortable } from '../async/signal.ts';
import { createShutdown } from '../process/shutdown.ts';
import { StartupError } from '../process/startup-error.ts';

const send = async (url: string, query: string) => (await post(url, { query })).json();
const at = (host: string, port: number) => startTinyServer({ listen: { host, port, portVariable: 'TINY_PORT' } });

describe('a server that cannot listen says how to fix it', () => {
  test('if its port is in use', async () => {
    const taken = await listen(() => {});
    const { port } = new URL(taken.url);
    const starting = at('127.0.0.1', Number(port));
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow(
      `Port ${port} is taken: stop what listens there, or set TINY_PORT to another.`,
    );
    await taken.stop();
  });

  // A documentation address (RFC 5737) and a reserved name (RFC 2606).
  test.each(['192.0.2.1', 'nowhere.invalid'])(
    'if its host is %s, which is no address of this machine',
    async (host) => {
      const starting = at(host, 0);
      await expect(starting).rejects.toThrow(StartupError);
      await expect(starting).rejects.toThrow(/set HOST to one that is/);
    },
  );
});

test('a server that cannot listen releases its resources', async () => {
  const taken = await listen(() => {});
  const { port } = new URL(taken.url);
  const closed: string[] = [];
  const address = { host: '127.0.0.1', port: Number(port), portVariable: 'TINY_PORT' };
  const starting = startTinyServer({ listen: address, close: () => void closed.push('store') });
  await expect(starting).rejects.toThrow(StartupError);
  expect(closed).toEqual(['store']);
  await taken.stop();
});

describe('a bug', () => {
  test.each(['bug', 'codedBug'])('(%s) is masked, with the id of its request', async (field) => {
    const { url } = await startTinyServer();
    const response = await post(url, { query: `{ hello ${field} }` }, { 'x-request-id': 'r-1' });
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'r-1' };
    const error = {
      message: 'Something went wrong on our side.',
      locations: [{ line: 1, column: 9 }],
      path: [field],
      extensions,
    };
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: { hello: 'world', [field]: null }, errors: [error] },
    ]);
  });

  test('is logged once with stack, cause and the id of its request', async () => {
    const { url, log } = await startTinyServer();
    await post(url, { query: '{ bug }' }, { 'x-request-id': 'r-1' });
    const bugs = log.filter(({ msg }) => msg === 'bug');
    expect(bugs).toMatchObject([{ level: 50, requestId: 'r-1', path: ['bug'] }]);
    expect(bugs[0]?.err?.stack).toMatch(/no such table: users[\s\S]+ at [\s\S]+SQLITE_ERROR in \/srv\/app/);
  });
});

describe('an API error', () => {
  test('is in the response, without its cause', async () => {
    const { url } = await startTinyServer();
    const errors = [{ message: 'There is no such thing.', extensions: { code: 'NOT_FOUND' }, path: ['missing'] }];
    const answer = await send(url, '{ missing }');
    expect(answer).toMatchObject({ data: { missing: null }, errors });
    expect(JSON.stringify(answer)).not.toContain('0 rows');
  });

  test('is no bug: only its code is logged', async () => {
    const { url, log } = await startTinyServer();
    await send(url, '{ missing }');
    expect(log.slice(1)).toMatchObject([{ msg: 'answered', codes: ['NOT_FOUND'] }]);
  });

  test('for an unavailable dependency is logged with its cause', async () => {
    const { url, log } = await startTinyServer();
    await send(url, '{ unavailable }');
    const [, line] = log;
    expect(line).toMatchObject({ msg: 'unavailable', level: 40, path: ['unavailable'] });
    expect(line?.err?.stack).toContain('SQLITE_BUSY');
  });
});

describe('a document that cannot be executed is rejected with 400 and', () => {
  test.each<[string, string, { query: string; operationName?: string }]>([
    ['OPERATION_RESOLUTION_FAILURE', 'a subscription', { query: 'subscription { hello }' }],
    ['OPERATION_RESOLUTION_FAILURE', 'two operations', { query: 'query A { hello } query B { hello }' }],
    ['OPERATION_RESOLUTION_FAILURE', 'another operation', { query: 'query A { hello }', operationName: 'B' }],
    ['GRAPHQL_PARSE_FAILED', 'half a document', { query: '{ hello' }],
    ['GRAPHQL_VALIDATION_FAILED', 'an unknown field', { query: '{ goodbye }' }],
    ['GRAPHQL_VALIDATION_FAILED', 'a definition of a type', { query: 'type Person { name: String }' }],
  ])('%s for %s', async (code, _, body) => {
    const { url, log } = await startTinyServer();
    const response = await post(url, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  test('BAD_USER_INPUT for a variable of the wrong type, without its value', async () => {
    const { url } = await startTinyServer();
    const query = 'query ($text: String!) { echo(text: $text) }';
    const response = await post(url, { query, variables: { text: { image: 'x'.repeat(5_000) } } });
    const answer = await response.text();
    expect(JSON.parse(answer)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(answer.length).toBeLessThan(1_000);
  });
});

test('no response holds HTML, a stack trace or a file path', async () => {
  const { url, origin } = await startTinyServer();
  const documents = ['{ bug codedBug missing unavailable }', '{ nothing }', '{', 'subscription { hello }'];
  const answers = await Promise.all([
    ...documents.map((query) => post(url, { query }, { accept: 'application/json, text/html' })),
    fetch(url, { headers: { accept: 'text/html' } }),
    fetch(`${origin}/nothing`, { headers: { accept: 'text/html' } }),
  ]);
  for (const response of answers) {
    expect(await response.text()).not.toMatch(/<html|<!doctype|stack|node_modules|\.[tj]s:\d|\/srv\/|SQLITE/i);
  }
});

test('the log line of a request holds its operation, and no variables, token or data', async () => {
  const { url, log } = await startTinyServer();
  const body = { query: 'query Say($text: String!) { echo(text: $text) }', variables: { text: 'my password' } };
  await post(url, body, { authorization: 'Bearer my-token', 'x-request-id': 'r-1' });
  expect(log.at(-1)).toMatchObject({
    msg: 'answered',
    requestId: 'r-1',
    kind: 'query',
    operation: 'Say',
    ms: expect.any(Number),
  });
  expect(JSON.stringify(log)).not.toMatch(/my password|my-token/);
});

describe('the health of a process', () => {
  test('is live but not ready if it could not answer, and the reason is only logged', async () => {
    const checkReady = () => Promise.reject(new Error('The database connection is not open'));
    const { origin, log } = await startTinyServer({ checkReady });
    const [live, ready] = await Promise.all([fetch(`${origin}/health/live`), fetch(`${origin}/health/ready`)]);
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable' }]);
    expect(log.at(-1)).toMatchObject({ msg: 'not ready', err: { message: 'The database connection is not open' } });
  });

  test('is ready if reads answer and writes fail, which the response tells', async () => {
    const { origin } = await startTinyServer({ checkReady: async () => ({ writes: 'failing' }) });
    const ready = await fetch(`${origin}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', writes: 'failing' }]);
  });

  test('is ready if it could answer', async () => {
    const { origin } = await startTinyServer();
    const ready = await fetch(`${origin}/health/ready?probe=1`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }]);
  });
});

/** Sends a mutation, and disconnects while it runs. Resolves when the server has noticed. */
async function sendAndLeave({ url, slowBegan }: TinyServer): Promise<void> {
  const client = new AbortController();
  const body = JSON.stringify({ query: 'mutation { slowChange }' });
  const headers = { 'content-type': 'application/json' };
  const sent = fetch(url, { method: 'POST', headers, body, signal: client.signal });
  const { clientGone } = await slowBegan;
  const noticed = new Promise<void>((resolve) => clientGone.addEventListener('abort', () => resolve()));
  client.abort();
  await expect(sent).rejects.toThrow();
  await noticed;
}

describe('a server that stops', () => {
  test('answers requests in flight and accepts no new ones', async () => {
    const events: string[] = [];
    const close = () => void events.push('closed');
    const { url, slowBegan, finishSlow, stop } = await startTinyServer({ close });
    const pending = post(url, { query: '{ slow }' });
    await slowBegan;
    const stopping = stop().then(() => events.push('stopped'));
    await expect(post(url, { query: '{ hello }' }, { connection: 'close' })).rejects.toThrow();
    expect(events).toEqual([]);
    finishSlow();
    const response = await pending;
    expect([response.status, await response.json()]).toEqual([200, { data: { slow: 'at last' } }]);
    await stopping;
    expect(events).toEqual(['closed', 'stopped']);
    await expect(post(url, { query: '{ hello }' })).rejects.toThrow();
  });

  test('lets a slow client read its response to the end', async () => {
    const { url, stop } = await startTinyServer({ maxBodyBytes: 20_000_000, maxResponseBytes: 20_000_000 });
    const sending = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    const long = 'x'.repeat(10_000_000);
    sending.end(JSON.stringify({ query: 'query ($text: String!) { echo(text: $text) }', variables: { text: long } }));
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    const stopping = stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(JSON.parse(await text(response))).toEqual({ data: { echo: long } });
    await stopping;
  });

  test('logs one line with its times, and none for each readiness check', async () => {
    const shutdown = createShutdown(2_000, 1_000);
    const { origin, log, stop } = await startTinyServer({ shutdown });
    shutdown.begin();
    for (let time = 0; time < 3; time += 1) expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
    await stop();
    expect(log).toMatchObject([{ msg: 'listening' }, { level: 30, msg: 'stopping', delayMs: 1_000, graceMs: 2_000 }]);
  });

  test('begins with a failing readiness check, while requests are served', async () => {
    const shutdown = createShutdown();
    const { url, origin } = await startTinyServer({ shutdown });
    const readiness = async () => (await fetch(`${origin}/health/ready`)).status;
    expect(await readiness()).toBe(200);
    shutdown.begin();
    expect(await readiness()).toBe(503);
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    const response = await post(url, { query: '{ hello }' });
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
  });

  test('waits for a mutation whose client has left', async () => {
    const events: string[] = [];
    const close = () => void events.push('closed');
    const tiny = await startTinyServer({ close });
    const { finishSlow, changes, stop } = tiny;
    await sendAndLeave(tiny);
    const stopping = stop().then(() => events.push('stopped'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([events, changes()]).toEqual([[], 0]);
    finishSlow();
    await stopping;
    expect([events, changes()]).toEqual([['closed', 'stopped'], 1]);
  });

  test('waits for a mutation of a caller in this process', async () => {
    const events: string[] = [];
    const close = () => void events.push('closed');
    const { execute, slowBegan, finishSlow, stop } = await startTinyServer({ close });
    const request = { authorization: undefined, requestId: 'r-1', clientGone: createAbortable() };
    const client = () => ({ address: '127.0.0.1', userAgent: undefined });
    const response = execute({ query: 'mutation { slowChange }' }, { ...request, client });
    await slowBegan;
    const stopping = stop().then(() => events.push('stopped'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual([]);
    finishSlow();
    expect(await response).toEqual({ data: { slowChange: 1 } });
    await stopping;
    expect(events).toEqual(['closed', 'stopped']);
  });

  test('reports mutations that exceed the grace period, though their clients have left', async () => {
    const tiny = await startTinyServer({ shutdown: createShutdown(50) });
    await sendAndLeave(tiny);
    await expect(tiny.stop()).rejects.toMatchObject({ name: 'RequestsCutOffError', count: 1 });
  });

  test('does not wait for a request whose client left before its end', async () => {
    const { url, stop } = await startTinyServer();
    const leaving = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 99 },
    });
    leaving.on('error', () => {}).write('{');
    await once(leaving, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 50));
    leaving.destroy();
    await stop();
  });

  test('does not wait for idle connections', async () => {
    const { url, stop } = await startTinyServer();
    await send(url, '{ hello }');
    await stop();
    await expect(send(url, '{ hello }')).rejects.toThrow();
  });
});
