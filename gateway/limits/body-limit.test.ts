import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { maxBodyBytes as maxBytes, uploadTypes } from '../../platform/http/bodies/upload-sizes.ts';
import { forgeWith, newPair, rsa, seconds } from '../../platform/testing/forged-tokens.ts';
import { fixedKeySet, type OpenKeySet } from '../../platform/tokens/key-set.ts';
import { createRemoteKeySet } from '../../platform/tokens/remote-key-set.ts';
import { maxImageBytes } from '../../schema/error-codes.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { startGateway } from '../server.ts';

const pair = newPair();
const forge = forgeWith(pair);
const { log } = captureLog();
/** Two MiB of files, to keep the tests quick. */
const maxUploadBytes = 2 ** 21;
const maxJsonBytes = uploadTypes(maxUploadBytes).json.maxBytes;

async function startTestGateway(keys: OpenKeySet = fixedKeySet([pair.publicKey]), unverifiedBodyBytes?: number) {
  const { url, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({
      name,
      transport: { prepare: () => async () => ({ data: {} }), close: async () => {} },
      timeoutMs: 5_000,
      mutationTimeoutMs: 5_000,
    })),
    verifier: { keys },
    corsOrigins: [],
    unverifiedBodyBytes,
    maxUploadBytes,
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log,
  });
  onTestFinished(stop);
  return url;
}

/** An operation whose body has this many bytes. */
function bodyOf(sizeBytes: number): string {
  const start = '{"query":"{ __typename }","padding":"';
  return `${start}${'x'.repeat(sizeBytes - start.length - 2)}"}`;
}

/** A body without `Content-Length`. */
const inChunks = (body: string) => new Blob([body]).stream();

interface Sent {
  url: string;
  body: string | Buffer | ReadableStream;
  token?: string | undefined;
  headers?: Record<string, string>;
}

async function post({ url, body, token, headers = {} }: Sent) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const type = { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...type, ...authorization, ...headers },
    body,
    duplex: 'half',
  });
  const { errors = [] } = (await response.json()) as { errors?: { extensions: object }[] };
  return { status: response.status, errors: errors.map(({ extensions }) => extensions), headers: response.headers };
}

const over = (limit: number) => ({
  status: 413,
  errors: [{ code: 'PAYLOAD_TOO_LARGE', maxBytes: limit, maxImageBytes }],
});
const tooLarge = over(maxBytes);
const unauthenticated = (reason: string) => ({ status: 401, errors: [{ code: 'UNAUTHENTICATED', reason }] });
const executed = { status: 200, errors: [] };

const expired = forge({}, { exp: seconds() - 1 });
const invalid = forge({}, {}, rsa(newPair().privateKey));

test('without a token, a body over 1 MiB is PAYLOAD_TOO_LARGE with that limit, and that of images', async () => {
  const url = await startTestGateway();
  expect(await post({ url, body: bodyOf(maxBytes + 1) })).toMatchObject(tooLarge);
  expect(await post({ url, body: bodyOf(maxBytes) })).toMatchObject(executed);
});

test('without a token, the limit counts after decompression', async () => {
  const url = await startTestGateway();
  const headers = { 'content-encoding': 'gzip' };
  expect(await post({ url, headers, body: gzipSync(bodyOf(maxBytes + 1)) })).toMatchObject(tooLarge);
  expect(await post({ url, headers, body: gzipSync(bodyOf(maxBytes)) })).toMatchObject(executed);
});

test('with a valid token, a body may have the size of the largest files in base64', async () => {
  const url = await startTestGateway();
  const token = forge();
  expect(await post({ url, token, body: bodyOf(maxJsonBytes) })).toMatchObject(executed);
  expect(await post({ url, token, body: bodyOf(maxJsonBytes + 1) })).toMatchObject(over(maxJsonBytes));
});

test('with a valid token, a body of unknown size may have as much', async () => {
  const url = await startTestGateway();
  const token = forge();
  expect(await post({ url, token, body: inChunks(bodyOf(maxJsonBytes)) })).toMatchObject(executed);
  expect(await post({ url, token, body: inChunks(bodyOf(maxJsonBytes + 1)) })).toMatchObject(over(maxJsonBytes));
  expect(await post({ url, body: inChunks(bodyOf(maxBytes + 1)) })).toMatchObject(tooLarge);
});

test('with a valid token, a compressed body may have 1 MiB after decompression', async () => {
  const url = await startTestGateway();
  const sent = { url, token: forge(), headers: { 'content-encoding': 'gzip' } };
  expect(await post({ ...sent, body: gzipSync(bodyOf(maxBytes)) })).toMatchObject(executed);
  expect(await post({ ...sent, body: gzipSync(bodyOf(maxBytes + 1)) })).toMatchObject(tooLarge);
});

test('only strings that are values may make a body larger than 1 MiB', async () => {
  const url = await startTestGateway();
  const withLists = (bytes: number) => `{"query":"{ __typename }","padding":[${'[],'.repeat(bytes / 3)}1]}`;
  expect(await post({ url, token: forge(), body: withLists(maxBytes + 3) })).toMatchObject({
    status: 413,
    errors: [{ code: 'PAYLOAD_TOO_LARGE', maxBytes }],
  });
  expect(await post({ url, token: forge(), body: withLists(maxBytes / 2) })).toMatchObject(executed);
  const withName = `{"query":"{ __typename }","${'x'.repeat(maxBytes)}":1}`;
  expect(await post({ url, token: forge(), body: withName })).toMatchObject({ status: 413 });
});

test('a document over 1 MiB is PAYLOAD_TOO_LARGE, whatever it consists of', async () => {
  const url = await startTestGateway();
  const withText = (bytes: number) => JSON.stringify({ query: `{ resource(id: "${'x'.repeat(bytes)}") { id } }` });
  expect(await post({ url, token: forge(), body: withText(maxBytes) })).toMatchObject({
    status: 413,
    errors: [{ code: 'PAYLOAD_TOO_LARGE', maxBytes }],
  });
  expect(await post({ url, token: forge(), body: withText(maxBytes - 100) })).toMatchObject({ status: 200 });
});

test.each([
  ['EXPIRED', expired],
  ['INVALID', invalid],
])(
  'with a token that is %s, a larger body is UNAUTHENTICATED, with HTTP 401 and a challenge',
  async (reason, token) => {
    const url = await startTestGateway();
    const rejected = await post({ url, token, body: bodyOf(maxBytes + 1) });
    expect(rejected).toMatchObject(unauthenticated(reason));
    expect(rejected.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await post({ url, token, body: bodyOf(maxBytes) })).toMatchObject(executed);
  },
);

test.each([undefined, expired])(
  'over the limit of uploads, a body is PAYLOAD_TOO_LARGE with any token',
  async (token) => {
    const url = await startTestGateway();
    expect(await post({ url, token, body: bodyOf(maxJsonBytes + 1) })).toMatchObject(tooLarge);
  },
);

test('before the keys could be fetched, a larger body with a token is SERVICE_UNAVAILABLE with HTTP 503', async () => {
  const url = await startTestGateway(createRemoteKeySet({ url: await deadUrl(), log }));
  const rejected = await post({ url, token: forge(), body: bodyOf(maxBytes + 1) });
  expect(rejected).toMatchObject({ status: 503, errors: [{ code: 'SERVICE_UNAVAILABLE' }] });
});

test('the limit without a valid token can be set', async () => {
  const url = await startTestGateway(undefined, 1_000);
  expect(await post({ url, body: bodyOf(1_001) })).toMatchObject({
    status: 413,
    errors: [{ code: 'PAYLOAD_TOO_LARGE', maxBytes: 1_000, maxImageBytes }],
  });
  expect(await post({ url, token: forge(), body: bodyOf(maxBytes + 1) })).toMatchObject(executed);
});

test.each([
  ['with its length declared', { 'content-length': String(maxBytes + 1) }, ''],
  ['in chunks', {}, bodyOf(2 * maxBytes).slice(0, maxBytes + 1)],
])(
  'a body that is too large, sent %s, is answered before its end, and the connection closes',
  async (_, headers, sent) => {
    const url = await startTestGateway();
    const sending = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
    onTestFinished(() => void sending.destroy());
    sending.on('error', () => {});
    sending.flushHeaders();
    if (sent) sending.write(sent);
    const [response] = await once(sending, 'response');
    expect([response.statusCode, response.headers.connection]).toEqual([413, 'close']);
    expect(JSON.parse(await text(response)).errors[0].extensions).toEqual(tooLarge.errors[0]);
  },
);
