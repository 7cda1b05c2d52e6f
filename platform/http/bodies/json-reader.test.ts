import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { sendError, sendJson } from '../responses.ts';
import { createJsonReader } from './json-reader.ts';

const maxBytes = 1_000;

/** A server that echoes the parsed body. Returns a function that sends raw bytes to it. */
async function startEcho(limit = maxBytes) {
  const readJson = createJsonReader();
  const server = await listen(async (req, res) => {
    const read = await readJson({ req, res, limit: { maxBytes: limit } });
    if ('error' in read) sendError(res, read.error);
    else sendJson(res, 200, { body: read.body });
  });
  onTestFinished(() => server.stop());
  return async (chunks: (Buffer | string)[], headers: Record<string, string> = {}) => {
    const sending = request(server.url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    for (const chunk of chunks) sending.write(chunk);
    sending.end();
    const [response] = await once(sending, 'response');
    return { status: response.statusCode, answer: JSON.parse(await text(response)) };
  };
}

/** JSON of `length` bytes. */
const jsonOf = (length: number) => JSON.stringify({ text: 'x'.repeat(length - '{"text":""}'.length) });

const tooLarge = {
  status: 413,
  answer: {
    errors: [{ message: expect.any(String), extensions: { code: 'PAYLOAD_TOO_LARGE', maxBytes } }],
  },
};
const badRequest = (status: number) => ({
  status,
  answer: { errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] },
});

describe('over the limit, with the limit in the error,', () => {
  test('a body with a content-length is rejected', async () => {
    const send = await startEcho();
    const body = jsonOf(maxBytes + 1);
    expect(await send([body], { 'content-length': String(body.length) })).toEqual(tooLarge);
  });

  test('a chunked body is rejected', async () => {
    const send = await startEcho();
    const body = jsonOf(100 * maxBytes);
    expect(await send([body.slice(0, maxBytes), body.slice(maxBytes)])).toEqual(tooLarge);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a small %s body that decompresses to a huge one is rejected', async (encoding, compress) => {
    const send = await startEcho();
    const bomb = compress(jsonOf(10_000_000));
    expect(await send([bomb], { 'content-encoding': encoding })).toEqual(tooLarge);
  });

  test('multi-byte characters are counted in bytes', async () => {
    const send = await startEcho();
    expect(await send([JSON.stringify('é'.repeat(maxBytes / 2))])).toEqual(tooLarge);
  });
});

describe('a body that is not JSON', () => {
  test.each(['{', '{"a":1', "{'a':1}", '{"a":1}{"b":2}', 'undefined', 'NaN', '<html></html>', '\uFEFF\uFEFF{}'])(
    '%j is rejected',
    async (body) => {
      const send = await startEcho();
      expect(await send([body])).toEqual(badRequest(400));
    },
  );

  test.each(['"text"', '5', 'null', 'true'])('%s, neither object nor list, is rejected as no object', async (body) => {
    const send = await startEcho();
    const { status, answer } = await send([body]);
    expect({ status, answer }).toEqual(badRequest(400));
    expect(answer.errors[0].message).toMatch(/must be a JSON object/);
  });

  test.each([
    ['of plain text', Buffer.from('{"a":1}')],
    ['that is cut short', gzipSync('{"a":1}').subarray(0, -9)],
    ['with a wrong checksum', Buffer.concat([gzipSync('{"a":1}').subarray(0, -8), Buffer.alloc(8)])],
    ['that is empty', Buffer.alloc(0)],
  ])('declared as gzip, %s, is rejected', async (_, body) => {
    const send = await startEcho();
    expect(await send([body], { 'content-encoding': 'gzip' })).toEqual(badRequest(400));
  });

  test.each(['zstd', 'compress', 'gzip, gzip', '../gzip'])('compressed by %s is rejected', async (encoding) => {
    const send = await startEcho();
    expect(await send(['{"a":1}'], { 'content-encoding': encoding })).toEqual(badRequest(415));
  });

  test.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/jsonp',
    'application/json5',
    'application',
    '',
  ])('of type %j is rejected', async (type) => {
    const send = await startEcho();
    expect(await send(['{"a":1}'], { 'content-type': type })).toEqual(badRequest(415));
  });

  test.each(['iso-8859-1', 'windows-1252', 'nonsense'])('in charset %s is rejected', async (charset) => {
    const send = await startEcho();
    expect(await send(['{"a":1}'], { 'content-type': `application/json; charset=${charset}` })).toEqual(
      badRequest(415),
    );
  });

  test('is rejected with an error that names no internals', async () => {
    const send = await startEcho();
    const { answer } = await send(['{"password":"secret"'], { 'content-encoding': 'gzip' });
    expect(JSON.stringify(answer)).not.toMatch(/secret|zlib|header|node_modules| at /);
  });
});

describe('accepts', () => {
  test('a body of exactly the limit', async () => {
    const send = await startEcho();
    const body = jsonOf(maxBytes);
    expect(await send([body], { 'content-length': String(maxBytes) })).toEqual({
      status: 200,
      answer: { body: JSON.parse(body) },
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (body: string) => Buffer.from(body)],
  ])('a body compressed by %s that decompresses to exactly the limit', async (encoding, compress) => {
    const send = await startEcho();
    const body = jsonOf(maxBytes);
    const { status, answer } = await send([compress(body)], { 'content-encoding': encoding });
    expect({ status, answer }).toEqual({ status: 200, answer: { body: JSON.parse(body) } });
  });

  test('chunks that split a character', async () => {
    const send = await startEcho();
    const bytes = Buffer.from('{"name":"ä"}');
    expect(await send([bytes.subarray(0, 10), bytes.subarray(10)])).toEqual({
      status: 200,
      answer: { body: { name: 'ä' } },
    });
  });

  test('a leading byte order mark', async () => {
    const send = await startEcho();
    expect(await send(['\uFEFF{"a":1}'])).toEqual({ status: 200, answer: { body: { a: 1 } } });
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON'])(
    'a body of type %s',
    async (type) => {
      const send = await startEcho();
      expect(await send(['{"a":1}'], { 'content-type': type })).toEqual({ status: 200, answer: { body: { a: 1 } } });
    },
  );
});

describe('the error for what looks like a GraphQL document names its place in JSON:', () => {
  const documents = [
    '{ me { id } }',
    ' query Me { me { id } }',
    'mutation{logout}',
    '{\n  ...F\n}',
    '{query: "{ me }"}',
  ];
  test.each(documents)('%j', async (body) => {
    const send = await startEcho();
    const { status, answer } = await send([body]);
    expect([status, answer.errors[0].message]).toEqual([400, expect.stringContaining('{"query":"{ me { id } }"}')]);
  });

  test.each(['', '{', '{"query":', '[', 'hello', "{'query': 1}", '{}}'])('but not %j', async (body) => {
    const send = await startEcho();
    const { answer } = await send([body]);
    expect(answer.errors[0].message).not.toContain('GraphQL');
  });

  test('the error for another content type names the header and the form', async () => {
    const send = await startEcho();
    const { status, answer } = await send(['{ me { id } }'], { 'content-type': 'application/graphql' });
    expect([status, answer.errors[0].message]).toEqual([415, expect.stringMatching(/\{"query":.*application\/json/)]);
  });
});

test('a body in 20,000 chunks is read, and one in more is rejected: each takes memory of its own', async () => {
  const send = await startEcho(100_000);
  const body = jsonOf(20_000);
  expect((await send([...body])).status).toBe(200);
  expect(await send([...body, ' '])).toEqual(badRequest(400));
});

test('ends with an error when the client disconnects within the body', async () => {
  const readJson = createJsonReader();
  const read = new Promise((resolve) => {
    const server = listen((req, res) => void readJson({ req, res, limit: { maxBytes } }).then(resolve));
    onTestFinished(async () => (await server).stop());
    void server.then(({ url }) => {
      const headers = { 'content-type': 'application/json', 'content-length': '100' };
      const sending = request(url, { method: 'POST', agent: false, headers });
      sending.on('error', () => {});
      sending.write('{"a":', () => setTimeout(() => sending.destroy(), 20));
    });
  });
  expect(await read).toEqual({ error: { status: 400, code: 'BAD_REQUEST', message: expect.any(String) } });
});

test('sendJson sets content-type and content-length', async () => {
  const server = await listen((_, res) => sendJson(res, 418, { name: 'ä' }));
  onTestFinished(() => server.stop());
  const response = await fetch(server.url);
  expect([response.status, await response.text()]).toEqual([418, '{"name":"ä"}']);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('content-length')).toBe('13');
});
