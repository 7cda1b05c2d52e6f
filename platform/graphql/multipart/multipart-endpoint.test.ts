import { describe, expect, test } from 'vitest';
import { startTinyServer } from '../../../tests/support/subgraphs/tiny-server.ts';

const uploads = {
  json: { maxBytes: 3_000_000, expansion: 1 },
  multipart: { maxBytes: 2_000_000, expansion: 4 / 3 },
};

function formOf(operations: unknown, map: unknown = { 0: ['variables.text'] }, ...files: string[]): FormData {
  const form = new FormData();
  form.append('operations', JSON.stringify(operations));
  form.append('map', JSON.stringify(map));
  files.forEach((content, at) => {
    form.append(String(at), new Blob([content]), 'a.txt');
  });
  return form;
}

const echo = { query: 'query ($text: String!) { echo(text: $text) }', variables: { text: null } };
const change = { query: 'mutation { change }' };
const base64 = Buffer.from('a file').toString('base64');

async function post(url: string, body: FormData | string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers });
  const { data, errors = [] } = (await response.json()) as { data?: object; errors?: { message: string }[] };
  return { status: response.status, data, messages: errors.map(({ message }) => message) };
}

const safe = { 'apollo-require-preflight': 'true' };

describe('a request with a file', () => {
  test.each([
    ['a bearer token', { authorization: 'Bearer x' }],
    ['Apollo-Require-Preflight', safe],
    ['X-Apollo-Operation-Name', { 'x-apollo-operation-name': 'Echo' }],
  ])('is executed with %s, each time', async (_, headers) => {
    const { url } = await startTinyServer({ uploads });
    for (let time = 1; time <= 3; time++) {
      const answer = await post(url, formOf(echo, undefined, 'a file'), headers);
      expect(answer).toEqual({ status: 200, data: { echo: base64 }, messages: [] });
    }
  });

  test.each([
    ['nothing', {}],
    ['an empty header', { 'apollo-require-preflight': '' }],
    ['basic authorization', { authorization: 'Basic x' }],
    ['a cookie', { cookie: 'session=1' }],
  ])('is not executed with %s, and the error says what to send', async (_, headers) => {
    const { url, changes } = await startTinyServer({ uploads });
    const { status, messages } = await post(url, formOf(change, {}), headers);
    expect([status, changes()]).toEqual([400, 0]);
    for (const header of ['Authorization: Bearer', 'Apollo-Require-Preflight', 'X-Apollo-Operation-Name'])
      expect(messages[0]).toContain(header);
  });

  test('is not executed as a batch', async () => {
    const { url, changes } = await startTinyServer({ uploads });
    expect((await post(url, formOf([change, change], {}), safe)).status).toBe(400);
    expect(changes()).toBe(0);
  });

  test('is not executed by a server that takes none', async () => {
    const { url, changes } = await startTinyServer({ uploads: { json: uploads.json } });
    expect((await post(url, formOf(change, {}), safe)).status).toBe(415);
    expect(changes()).toBe(0);
  });

  test('is checked as any other: its document, its variables, and the levels of its JSON', async () => {
    const { url } = await startTinyServer({ uploads });
    const invalid = await post(url, formOf({ ...echo, query: '{ nothing }' }, undefined, 'a file'), safe);
    expect([invalid.status, invalid.messages[0]]).toEqual([400, expect.stringMatching(/nothing/)]);
    const missing = await post(
      url,
      formOf({ query: echo.query, variables: { other: null } }, { 0: ['variables.other'] }, 'x'),
      safe,
    );
    expect([missing.status, missing.messages[0]]).toEqual([400, expect.stringMatching(/\$text/)]);
    const nested = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);
    const deep = await post(url, formOf({ ...echo, extensions: { nested } }, undefined, 'a file'), safe);
    expect([deep.status, deep.messages[0]]).toEqual([400, expect.stringMatching(/nested over 32 levels/)]);
  });
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/mixed; boundary=x', 'multipart/form-dataX'])(
  'another type, %s, is not executed where files are taken',
  async (type) => {
    const { url, changes } = await startTinyServer({ uploads });
    const headers = { ...safe, authorization: 'Bearer x', 'content-type': type };
    expect((await post(url, JSON.stringify(change), headers)).status).toBe(415);
    expect(changes()).toBe(0);
  },
);
