import { describe, expect, test } from 'vitest';
import { post, startTinyServer, type TinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { answerOf, requests, send } from '../testing/requests.ts';

/** A server that has executed every request before. */
async function startWarm() {
  const server = await startTinyServer();
  for (const request of Object.values(requests)) await send(server.url, request);
  const lines = server.log.length;
  return { ...server, newLines: () => server.log.slice(lines) };
}

/** The lines of a log without time, request id and stack, but with their keys. */
const withoutIds = (log: TinyServer['log']) =>
  log.map((line) => ({ ...line, time: 0, ms: 0, requestId: '', err: line.err?.message, keys: Object.keys(line) }));

describe('a first and a repeated request have the same response and log lines for', () => {
  test.each(Object.entries(requests))('%s', async (_, request) => {
    const [fresh, warm] = [await startTinyServer(), await startWarm()];
    const answer = await send(fresh.url, request);
    expect(answer.status).toBe(request.status);
    for (let time = 1; time <= 3; time++) expect(await send(warm.url, request)).toEqual(answer);
    const [, ...lines] = withoutIds(fresh.log);
    expect(withoutIds(warm.newLines())).toEqual([...lines, ...lines, ...lines]);
  });
});

describe('a repeated mutation', () => {
  const body = { query: 'mutation { change }' };

  test('runs once for each request', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 4; time++) {
      expect(await (await post(url, body)).json()).toEqual({ data: { change: time } });
      expect(changes()).toBe(time);
    }
  });

  test('runs once for each request if it fails', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 4; time++) {
      const answer = await (await post(url, { query: 'mutation { change rejectChange }' })).json();
      expect(answer).toMatchObject({ data: { change: 2 * time - 1, rejectChange: null }, errors: [{}] });
      expect(changes()).toBe(2 * time);
    }
  });

  test('is rejected by GET', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    const response = await get(url, body.query);
    expect([response.status, response.headers.get('allow'), changes()]).toEqual([405, 'POST', 3]);
  });

  test('is rejected in a batch', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    expect([(await post(url, [body])).status, changes()]).toEqual([400, 3]);
  });

  test('is rejected if the client accepts no JSON', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    expect([(await post(url, body, { accept: 'text/html' })).status, changes()]).toEqual([406, 3]);
  });
});

test('a query by GET has the same response after it was posted', async () => {
  const [fresh, warm] = [await startTinyServer(), await startWarm()];
  const answer = await answerOf(await get(fresh.url, '{ hello }'));
  expect(answer).toMatchObject({ status: 200, text: '{"data":{"hello":"world"}}\n' });
  for (let time = 1; time <= 3; time++) expect(await answerOf(await get(warm.url, '{ hello }'))).toEqual(answer);
});

const get = (url: string, query: string) =>
  fetch(`${url}?query=${encodeURIComponent(query)}`, { headers: { 'apollo-require-preflight': '1' } });

describe('Apollo Server parses and validates a document once', () => {
  test.each([
    ['that is answered with data', '{ hello }'],
    ['that is answered with an error', '{ hello missing }'],
    ['that meets a bug', '{ hello bug }'],
    ['whose variables are wrong the first time', 'query ($text: String!) { echo(text: $text) }'],
  ])('%s', async (_, query) => {
    let validations = 0;
    const count = () => {
      validations += 1;
      return {};
    };
    const { url } = await startTinyServer({ validationRules: [count] });
    for (const variables of [{}, { text: 'a' }, { text: 'b' }]) await post(url, { query, variables });
    expect(validations).toBe(1);
  });

  test.each<[string, object]>([
    ['an operationName of null', { operationName: null }],
    ['variables of null', { variables: null }],
    ['extensions of null', { extensions: null }],
    ['empty extensions', { extensions: {} }],
  ])('with %s', async (_, absent) => {
    let validations = 0;
    const count = () => {
      validations += 1;
      return {};
    };
    const { url } = await startTinyServer({ validationRules: [count] });
    for (const more of [{}, absent, absent]) {
      const response = await post(url, { query: '{ hello }', ...more });
      expect(await response.json()).toEqual({ data: { hello: 'world' } });
    }
    expect(validations).toBe(1);
  });
});
