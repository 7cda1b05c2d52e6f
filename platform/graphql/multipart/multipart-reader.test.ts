import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { createBodyAdmission } from '../../http/bodies/body-admission.ts';
import { sendError, sendJson } from '../../http/responses.ts';
import { createMultipartReader } from './multipart-reader.ts';

const maxBytes = 100_000;
const maxUploadBytes = 400_000;

interface Part {
  name?: string;
  /** None if omitted, as for a field of a form. */
  filename?: string;
  content: string | Buffer;
  headers?: string;
}

const crlf = '\r\n';
const partOf = ({ name, filename, content, headers = '' }: Part): Buffer => {
  const disposition = [
    'form-data',
    ...(name === undefined ? [] : [`name="${name}"`]),
    ...(filename === undefined ? [] : [`filename="${filename}"`]),
  ].join('; ');
  return Buffer.concat([
    Buffer.from(`--x${crlf}content-disposition: ${disposition}${crlf}${headers}${crlf}`),
    Buffer.from(content),
    Buffer.from(crlf),
  ]);
};
const bodyOf = (parts: Part[]) => Buffer.concat([...parts.map(partOf), Buffer.from(`--x--${crlf}`)]);

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const operations = (value: unknown): Part => ({ name: 'operations', content: text(value) });
const map = (value: unknown): Part => ({ name: 'map', content: text(value) });
const file = (name: string, content: string | Buffer = 'content'): Part => ({ name, filename: 'a.png', content });

const oneFile = { query: 'mutation', variables: { file: null as string | null } };
const twoFiles = { query: 'mutation', variables: { files: [null, null] as (string | null)[] } };
const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64');

/** A server that echoes what it read. */
async function startEcho(isUploader = true) {
  const readMultipart = createMultipartReader(createBodyAdmission());
  const outcomes: object[] = [];
  const server = await listen(async (req, res) => {
    const limit = { maxBytes, ...(isUploader && { uploader: () => 'ada' }) };
    const upload = { maxBytes: maxUploadBytes, expansion: 4 / 3 };
    const read = await readMultipart({ req, res, limit, upload, maxDepth: 8 });
    outcomes.push(read);
    if ('error' in read) sendError(res, read.error);
    else sendJson(res, 200, read.body);
  });
  onTestFinished(() => server.stop());
  const start = (headers: Record<string, string | number> = {}) => {
    const type = 'multipart/form-data; boundary=x';
    const sending = request(server.url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': type, ...headers },
    });
    sending.on('error', () => {});
    onTestFinished(() => void sending.destroy());
    return sending;
  };
  return { start, outcomes };
}

async function responseTo(sending: ReturnType<typeof request>) {
  const [response] = await once(sending, 'response');
  return { status: response.statusCode, connection: response.headers.connection, body: await json(response) };
}

async function send(body: Buffer | string, headers: Record<string, string | number> = {}) {
  const { start } = await startEcho();
  const sending = start({ 'content-length': Buffer.byteLength(body), ...headers });
  sending.end(body);
  return responseTo(sending);
}

const rejected = (message: RegExp, status = 400, code = 'BAD_REQUEST') => ({
  status,
  body: { errors: [{ message: expect.stringMatching(message), extensions: expect.objectContaining({ code }) }] },
});

describe('puts the base64 of', () => {
  test.each([0, 1, 2, 3, 4, 50_000, 300_001])('a file of %i bytes in place of its null', async (size) => {
    const content = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919) % 256));
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0', content)]);
    const { status, body: echoed } = await send(body);
    expect(status).toBe(200);
    expect((echoed as typeof oneFile).variables.file === base64(content)).toBe(true);
  });

  test('a file that arrives in pieces of each size', async () => {
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0', 'some --x content\r\n--y')]);
    for (const size of [1, 2, 3, 5, 64]) {
      const { start } = await startEcho();
      const sending = start();
      sending.setNoDelay(true);
      for (let at = 0; at < body.length; at += size) {
        sending.write(body.subarray(at, at + size));
        if (at % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      sending.end();
      const { body: echoed } = await responseTo(sending);
      expect(echoed).toEqual({ ...oneFile, variables: { file: base64('some --x content\r\n--y') } });
    }
  });

  test('several files, in any order, in places of a list', async () => {
    const body = bodyOf([
      operations(twoFiles),
      map({ a: ['variables.files.0'], b: ['variables.files.1'] }),
      file('b', 'second'),
      file('a', 'first'),
    ]);
    expect((await send(body)).body).toEqual({ ...twoFiles, variables: { files: [base64('first'), base64('second')] } });
  });

  test('four files', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const body = bodyOf([
      operations({ variables: { files: names.map(() => null) } }),
      map(Object.fromEntries(names.map((name, at) => [name, [`variables.files.${at}`]]))),
      ...names.map((name) => file(name, name)),
    ]);
    expect((await send(body)).body).toEqual({ variables: { files: names.map(base64) } });
  });

  test.each([
    ['a file without a name', { name: '0', content: 'x' }],
    ['a file with an empty name', { name: '0', filename: '', content: 'x' }],
    ['a file with a type', { ...file('0', 'x'), headers: `content-type: image/png${crlf}` }],
  ])('%s', async (_, part) => {
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), part]);
    expect((await send(body)).body).toEqual({ ...oneFile, variables: { file: base64('x') } });
  });
});

describe('takes', () => {
  test('operations and map that come as files of JSON', async () => {
    const asFile = { filename: 'blob', headers: `content-type: application/json${crlf}` };
    const body = bodyOf([
      { ...operations(oneFile), ...asFile },
      { ...map({ 0: ['variables.file'] }), ...asFile },
      file('0', 'x'),
    ]);
    expect((await send(body)).body).toEqual({ ...oneFile, variables: { file: base64('x') } });
  });

  test('operations in UTF-8, and a request without files', async () => {
    const body = bodyOf([operations({ query: '{ a }', variables: { title: 'Zürich 東京' } }), map({})]);
    expect((await send(body)).body).toEqual({ query: '{ a }', variables: { title: 'Zürich 東京' } });
  });

  test('operations and map that begin with a byte order mark', async () => {
    const [sent, places] = [oneFile, { 0: ['variables.file'] }].map((value) => `\ufeff${JSON.stringify(value)}`);
    const { body } = await send(bodyOf([operations(sent), map(places), file('0', 'x')]));
    expect(body).toEqual({ ...oneFile, variables: { file: base64('x') } });
  });

  test('headers of parts that it does not know, however long', async () => {
    const headers = `x-padding: ${'x'.repeat(50_000)}${crlf}`.repeat(2);
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), { ...file('0'), headers }]);
    expect((await send(body)).body).toEqual({ ...oneFile, variables: { file: base64('content') } });
  });

  test('what comes before the first boundary and after the last', async () => {
    const parts = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0', 'x')]);
    const body = Buffer.concat([Buffer.from(`preamble${crlf}`), parts, Buffer.from(`epilogue${crlf}`.repeat(1_000))]);
    expect((await send(body)).status).toBe(200);
  });
});

describe('rejects', () => {
  const place = map({ 0: ['variables.file'] });
  test.each<[string, Part[], RegExp]>([
    ['a request without parts', [], /operations first/],
    ['operations after map', [place, operations(oneFile), file('0')], /operations first/],
    ['operations after the files', [file('0'), operations(oneFile), place], /operations first/],
    ['map after the files', [operations(oneFile), file('0'), place], /operations first/],
    ['a request without operations', [place, file('0')], /operations first/],
    ['a request without map', [operations(oneFile)], /operations first/],
    ['operations twice', [operations(oneFile), operations(oneFile), place, file('0')], /operations comes twice/],
    ['map twice', [operations(oneFile), place, place, file('0')], /map comes twice/],
    ['operations that are no JSON', [operations('{'), place, file('0')], /operations must be a JSON object/],
    ['operations that are null', [operations('null'), place, file('0')], /operations must be a JSON object/],
    ['empty operations', [operations(''), place, file('0')], /operations must be a JSON object/],
    ['a batch', [operations([oneFile]), map({ 0: ['0.variables.file'] }), file('0')], /batches/],
    ['operations that nest too deep', [operations('['.repeat(9)), place, file('0')], /nested over 8 levels/],
    ['map that nests too deep', [operations(oneFile), map('['.repeat(9)), file('0')], /nested over 8 levels/],
    ['map that is no JSON', [operations(oneFile), map('{"0":'), file('0')], /map must be a JSON object/],
    ['map that is a list', [operations(oneFile), map([['variables.file']]), file('0')], /map must be an object/],
    ['map with a text', [operations(oneFile), map({ 0: 'variables.file' }), file('0')], /array of one path/],
    ['map with a number', [operations(oneFile), map({ 0: [1] }), file('0')], /array of one path/],
    ['a file without a path', [operations(oneFile), map({ 0: [] }), file('0')], /array of one path/],
    [
      'a file with two paths',
      [operations(twoFiles), map({ 0: ['variables.files.0', 'variables.files.1'] }), file('0')],
      /array of one path/,
    ],
    [
      'a path of two files',
      [operations(oneFile), map({ 0: ['variables.file'], 1: ['variables.file'] }), file('0'), file('1')],
      /path "variables.file" twice/,
    ],
    ['a file that comes twice', [operations(oneFile), place, file('0'), file('0')], /file "0" comes twice/],
    ['a file that is not in map', [operations(oneFile), place, file('1')], /file "1", and map/],
    ['a file that does not come', [operations(oneFile), place], /file "0", which did not come/],
    ['a file without a part name', [operations(oneFile), place, { filename: 'a', content: 'x' }], /no name/],
    [
      'five files',
      [
        operations({ variables: { files: [null, null, null, null, null] } }),
        map(Object.fromEntries([0, 1, 2, 3, 4].map((at) => [at, [`variables.files.${at}`]]))),
      ],
      /4 files/,
    ],
    [
      'a path of thousands of characters, which the error does not repeat',
      [operations(oneFile), map({ 0: [`variables.${'x'.repeat(9_000)}`] }), file('0')],
      /^.{0,250}$/,
    ],
  ])('%s', async (_, parts, message) => {
    expect(await send(bodyOf(parts))).toMatchObject(rejected(message));
  });

  test.each([
    'variables',
    'variables.',
    'variables.other',
    'variables.file.x',
    'variables.text',
    'variables.text.length',
    'variables.list.0',
    'variables.list.1',
    'variables.list.length',
    'variables.list.-1',
    'variables.list.constructor',
    'variables.__proto__',
    'variables.__proto__.polluted',
    'variables.constructor.prototype.polluted',
    'variables.input.missing',
    'query',
    '__proto__.polluted',
    'operationName',
    'extensions.file',
    '0.variables.file',
    '',
    '.',
  ])('the path %j, where operations has no null below variables', async (path) => {
    const variables = { file: null, text: 'text', list: ['x'], input: {} };
    const sent = operations({ query: 'mutation', variables, operationName: null, extensions: { file: null } });
    expect(await send(bodyOf([sent, map({ 0: [path] }), file('0')]))).toMatchObject(rejected(/no null there/));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('a key __proto__ of operations is an ordinary one', async () => {
    const sent = operations('{"query":"mutation","variables":{"__proto__":{"file":null}}}');
    const body = bodyOf([sent, map({ 0: ['variables.__proto__.file'] }), file('0', 'x')]);
    expect((await send(body)).status).toBe(200);
    expect(({} as { file?: unknown }).file).toBeUndefined();
  });

  test.each([
    ['without a boundary', 'multipart/form-data'],
    ['with an empty boundary', 'multipart/form-data; boundary='],
    ['with another boundary', 'multipart/form-data; boundary=y'],
  ])('a body %s', async (_, type) => {
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0')]);
    expect(await send(body, { 'content-type': type })).toMatchObject(rejected(/./));
  });

  test('a body that ends at any byte before its last boundary', async () => {
    const body = bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0', 'some content')]);
    for (let length = 0; length < body.length - 4; length += 7)
      expect(await send(body.subarray(0, length))).toMatchObject(rejected(/./));
  });

  test('compressed files', async () => {
    const body = gzipSync(bodyOf([operations(oneFile), map({ 0: ['variables.file'] }), file('0')]));
    expect(await send(body, { 'content-encoding': 'gzip' })).toMatchObject(rejected(/Content-Encoding/, 415));
  });

  test('operations over the limit of a body without files, although the body may have more', async () => {
    const large = { ...oneFile, padding: 'x'.repeat(maxBytes) };
    const body = bodyOf([operations(large), map({ 0: ['variables.file'] }), file('0')]);
    expect(await send(body)).toMatchObject(rejected(/operations/, 413, 'PAYLOAD_TOO_LARGE'));
  });
});

describe('before the rest of the body is sent, rejects', () => {
  const parts = [operations(oneFile), map({ 0: ['variables.file'] })].map(partOf);

  test.each<[string, Buffer[], Record<string, string | number>, boolean, number]>([
    ['a body that declares to be over the limit', [], { 'content-length': maxUploadBytes + 1 }, true, 413],
    ['a body over 100 kB of somebody who may not upload', [], { 'content-length': maxBytes + 1 }, false, 413],
    [
      'a body of unknown size over the limit',
      [...parts, partOf(file('0', Buffer.alloc(maxUploadBytes)))],
      {},
      true,
      413,
    ],
    ['a file that is not in map', [...parts, partOf(file('1', 'x'))], { 'content-length': 90_000 }, true, 400],
    ['a file before map', [partOf(operations(oneFile)), partOf(file('0'))], { 'content-length': 90_000 }, true, 400],
  ])('%s', async (_, chunks, headers, isUploader, status) => {
    const { start } = await startEcho(isUploader);
    const sending = start(headers);
    sending.flushHeaders();
    for (const chunk of chunks) sending.write(chunk);
    expect(await responseTo(sending)).toMatchObject({ status, connection: 'close' });
  });
});

test('ends with an error when the client disconnects within a file', async () => {
  const { start, outcomes } = await startEcho();
  const sending = start({ 'content-length': 90_000 });
  sending.write(Buffer.concat([operations(oneFile), map({ 0: ['variables.file'] })].map(partOf)));
  sending.write(partOf(file('0', Buffer.alloc(1_000))).subarray(0, 500));
  setTimeout(() => sending.destroy(), 50);
  await expect.poll(() => outcomes).toMatchObject([{ error: { code: 'BAD_REQUEST' } }]);
});
