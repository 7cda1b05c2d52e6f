import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../tests/support/captured-log.ts';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const authorizations = ['Bearer ada', 'Bearer bob', undefined, 'Bearer ada', 'Bearer eve'];
const headersOf = (authorization: string | undefined, requestId: string) => ({
  'x-request-id': requestId,
  ...(authorization && { authorization }),
});
const answered = (log: LogLine[]) => log.filter(({ msg }) => msg === 'answered');

describe('a repeated request does not get from an earlier one', () => {
  test('its authorization or id', async () => {
    const { url } = await startTinyServer();
    for (const [index, authorization] of authorizations.entries()) {
      const response = await post(url, { query: '{ request }' }, headersOf(authorization, `r-${index}`));
      const { data } = (await response.json()) as { data: { request: string } };
      expect(JSON.parse(data.request)).toEqual({
        requestId: `r-${index}`,
        isGateway: false,
        ...(authorization && { authorization }),
      });
      expect(response.headers.get('x-request-id')).toBe(`r-${index}`);
    }
  });

  test('the authorization of a concurrent one', async () => {
    const { url } = await startTinyServer();
    const send = async (index: number) => {
      const response = await post(url, { query: '{ request }' }, headersOf(`Bearer ${index}`, `r-${index}`));
      const { data } = (await response.json()) as { data: { request: string } };
      return JSON.parse(data.request) as unknown;
    };
    const indices = Array.from({ length: 30 }, (_, index) => index);
    expect(await Promise.all(indices.map(send))).toEqual(
      indices.map((index) => ({ authorization: `Bearer ${index}`, requestId: `r-${index}`, isGateway: false })),
    );
  });

  test('its variables', async () => {
    const { url } = await startTinyServer();
    const query = 'query ($text: String! = "nothing") { echo(text: $text) }';
    const values = [{ text: '1' }, {}, { text: '2' }, undefined, { other: '3' }];
    const answers: unknown[] = [];
    for (const variables of values) answers.push(await (await post(url, { query, variables })).json());
    const texts = ['1', 'nothing', '2', 'nothing', 'nothing'];
    expect(answers).toEqual(texts.map((echo) => ({ data: { echo } })));
  });

  test('its errors', async () => {
    const { url } = await startTinyServer();
    const query = 'query ($no: Boolean!) { hello missing @skip(if: $no) }';
    for (const no of [false, true, false, true]) {
      const { errors = [] } = (await (await post(url, { query, variables: { no } })).json()) as { errors?: unknown[] };
      expect(errors).toHaveLength(no ? 0 : 1);
    }
  });

  test('that its client disconnected', async () => {
    const { url, slowBegan, finishSlow } = await startTinyServer();
    await post(url, { query: '{ a: hello slow @include(if: false) }' });
    const query = 'query ($is: Boolean!) { slow @include(if: $is) hello }';
    for (let time = 1; time <= 2; time++) await post(url, { query, variables: { is: false } });
    const client = new AbortController();
    const body = JSON.stringify({ query, variables: { is: true } });
    const headers = { 'content-type': 'application/json' };
    const leaving = fetch(url, { method: 'POST', headers, body, signal: client.signal });
    const { clientGone } = await slowBegan;
    const gone = new Promise<void>((resolve) => clientGone.addEventListener('abort', () => resolve()));
    client.abort();
    await expect(leaving).rejects.toThrow('aborted');
    await gone;
    finishSlow();
    const answer = await (await post(url, { query, variables: { is: true } })).json();
    expect(answer).toEqual({ data: { slow: 'at last', hello: 'world' } });
  });
});

describe('each repeated request', () => {
  test('has one log line with the same keys, and without variables or token', async () => {
    const { url, log } = await startTinyServer();
    const query = 'query Say($text: String!) { echo(text: $text) }';
    for (let time = 1; time <= 4; time++) {
      await post(url, { query, variables: { text: 'my password' } }, headersOf('Bearer my-token', `r-${time}`));
    }
    const line = { level: 30, kind: 'query', operation: 'Say', ms: expect.any(Number) };
    expect(answered(log)).toMatchObject([1, 2, 3, 4].map((time) => ({ ...line, requestId: `r-${time}` })));
    expect(new Set(answered(log).map((entry) => Object.keys(entry).join())).size).toBe(1);
    expect(JSON.stringify(log)).not.toMatch(/my password|my-token/);
  });

  test('logs its bug once under its own id, which is in the response', async () => {
    const { url, log } = await startTinyServer();
    const ids = ['r-1', 'r-2', 'r-3', 'r-4'];
    for (const id of ids) {
      const answer = await (await post(url, { query: '{ bug }' }, { 'x-request-id': id })).json();
      const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: id };
      expect(answer).toMatchObject({ data: { bug: null }, errors: [{ extensions }] });
    }
    const bugs = log.filter(({ msg }) => msg === 'bug');
    expect(bugs).toMatchObject(ids.map((requestId) => ({ requestId, path: ['bug'] })));
    expect(answered(log)).toMatchObject(ids.map((requestId) => ({ requestId, codes: ['INTERNAL_SERVER_ERROR'] })));
  });

  test('is answered in the media type that its own client accepts', async () => {
    const { url } = await startTinyServer();
    const types = ['application/json', 'application/graphql-response+json', 'application/json', 'application/*'];
    const got: (string | null)[] = [];
    for (const accept of types) {
      const { headers } = await post(url, { query: '{ hello }' }, { accept });
      got.push(headers.get('content-type'));
    }
    const [json, responseJson] = types.map((type) => `${type}; charset=utf-8`);
    expect(got).toEqual([json, responseJson, json, json]);
  });
});
