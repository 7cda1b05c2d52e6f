import { describe, expect, test } from 'vitest';
import { post, startTinyServer, type TinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { answerOf, ask, requests } from '../testing/requests.ts';

/** A server that was asked everything before. */
async function startSeasoned() {
  const server = await startTinyServer();
  for (const request of Object.values(requests)) await ask(server.url, request);
  const lines = server.log.length;
  return { ...server, newLines: () => server.log.slice(lines) };
}

/** Of each line its keys, and what is the same each time: when it was is not, nor which request's, nor who called whom. */
const withoutIds = (log: TinyServer['log']) =>
  log.map((line) => ({ ...line, time: 0, ms: 0, requestId: '', err: line.err?.message, keys: Object.keys(line) }));

describe('a server has the same answer, and the same lines in its log, whether it was asked before or not, for', () => {
  test.each(Object.entries(requests))('%s', async (_, request) => {
    const [fresh, seasoned] = [await startTinyServer(), await startSeasoned()];
    const answer = await ask(fresh.url, request);
    expect(answer.status).toBe(request.status);
    for (let time = 1; time <= 3; time++) expect(await ask(seasoned.url, request)).toEqual(answer);
    const [, ...lines] = withoutIds(fresh.log);
    expect(withoutIds(seasoned.newLines())).toEqual([...lines, ...lines, ...lines]);
  });
});

describe('a mutation that was posted before', () => {
  const body = { query: 'mutation { change }' };

  test('runs once each time that it is posted', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 4; time++) {
      expect(await (await post(url, body)).json()).toEqual({ data: { change: time } });
      expect(changes()).toBe(time);
    }
  });

  test('runs once where it fails, too', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 4; time++) {
      const answer = await (await post(url, { query: 'mutation { change refuseChange }' })).json();
      expect(answer).toMatchObject({ data: { change: 2 * time - 1, refuseChange: null }, errors: [{}] });
      expect(changes()).toBe(2 * time);
    }
  });

  test('is refused by GET', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    const response = await get(url, body.query);
    expect([response.status, response.headers.get('allow'), changes()]).toEqual([405, 'POST', 3]);
  });

  test('is refused in a batch', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    expect([(await post(url, [body])).status, changes()]).toEqual([400, 3]);
  });

  test('is refused where its answer is not accepted', async () => {
    const { url, changes } = await startTinyServer();
    for (let time = 1; time <= 3; time++) await post(url, body);
    expect([(await post(url, body, { accept: 'text/html' })).status, changes()]).toEqual([406, 3]);
  });
});

test('a query by GET is answered the same whether it was posted before or not', async () => {
  const [fresh, seasoned] = [await startTinyServer(), await startSeasoned()];
  const answer = await answerOf(await get(fresh.url, '{ hello }'));
  expect(answer).toMatchObject({ status: 200, text: '{"data":{"hello":"world"}}\n' });
  for (let time = 1; time <= 3; time++) expect(await answerOf(await get(seasoned.url, '{ hello }'))).toEqual(answer);
});

const get = (url: string, query: string) =>
  fetch(`${url}?query=${encodeURIComponent(query)}`, { headers: { 'apollo-require-preflight': '1' } });

describe('Apollo Server parses and validates a document once', () => {
  test.each([
    ['that is answered with data', '{ hello }'],
    ['that is answered with an error', '{ hello refusal }'],
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
});
