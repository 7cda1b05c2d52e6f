import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import Database from 'better-sqlite3';
import jwt from 'jsonwebtoken';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiError } from '../../../platform/api-error.ts';
import { fixedKeySet } from '../../../platform/tokens/key-set.ts';
import { eventClaims } from '../../../platform/tokens/security-event.ts';
import { requestTextTo } from '../../../tests/support/graphql/request.ts';
import {
  accessTokenOf,
  audience,
  eventAudience,
  eventTokenOf,
  issuer,
  kid,
  privateKey,
  publicKey,
  purged,
  revoked,
  sharedSubgraph,
  startSubgraph,
} from '../testing/subgraph.ts';

const ada = randomUUID();
const purge = purged(ada);
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const claims = () => ({
  ...{ iss: issuer, aud: eventAudience, iat: 1, jti: randomUUID() },
  ...eventClaims(purge, { issuer, at: new Date() }),
});
const signedBy = (key: KeyObject, header: object) =>
  jwt.sign(claims(), key, { algorithm: 'RS256', header: { alg: 'RS256', typ: 'secevent+jwt', ...header } });

const invalidRequest = { status: 400, err: 'invalid_request' };

/** Invalid bodies, each with the error that it gets. */
const rejected: Record<string, [answer: { status: number; err: string }, body: () => string]> = {
  'another audience': [
    { status: 400, err: 'invalid_audience' },
    () => eventTokenOf(purge, { aud: 'https://api.example' }),
  ],
  'no audience': [{ status: 400, err: 'invalid_audience' }, () => eventTokenOf(purge, { aud: undefined })],
  'another issuer': [
    { status: 400, err: 'invalid_issuer' },
    () => eventTokenOf(purge, { iss: 'https://evil.example' }),
  ],
  'no issuer': [{ status: 400, err: 'invalid_issuer' }, () => eventTokenOf(purge, { iss: undefined })],
  'an unknown key': [
    { status: 400, err: 'invalid_key' },
    () => signedBy(stranger.privateKey, { kid: 'somebody-else' }),
  ],
  'another key with the id of a known one': [invalidRequest, () => signedBy(stranger.privateKey, { kid })],
  'the type of an access token': [invalidRequest, () => eventTokenOf(purge, {}, { typ: 'at+jwt' })],
  'the type of any token': [invalidRequest, () => eventTokenOf(purge, {}, { typ: 'JWT' })],
  'no type': [invalidRequest, () => eventTokenOf(purge, {}, { typ: undefined })],
  'a critical header extension': [invalidRequest, () => eventTokenOf(purge, {}, { crit: ['exp'] })],
  'no signature': [invalidRequest, () => `${encode({ alg: 'none', typ: 'secevent+jwt', kid })}.${encode(claims())}.`],
  'an HMAC with the public key as secret': [
    invalidRequest,
    () => {
      const signed = `${encode({ alg: 'HS256', typ: 'secevent+jwt', kid })}.${encode(claims())}`;
      const secret = publicKey.export({ type: 'spki', format: 'pem' });
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    },
  ],
  'claims that were changed after signing': [
    invalidRequest,
    () => {
      const [header, , signature] = eventTokenOf(purged('bob')).split('.');
      return `${header}.${encode(claims())}.${signature}`;
    },
  ],
  'an nbf in the future': [invalidRequest, () => eventTokenOf(purge, { nbf: 4_102_444_800 })],
  'an exp in the past': [invalidRequest, () => eventTokenOf(purge, { exp: 1 })],
  'no id': [invalidRequest, () => eventTokenOf(purge, { jti: undefined })],
  'an empty id': [invalidRequest, () => eventTokenOf(purge, { jti: '' })],
  'an id of 201 characters': [invalidRequest, () => eventTokenOf(purge, { jti: 'x'.repeat(201) })],
  'an id that is not a string': [invalidRequest, () => eventTokenOf(purge, { jti: [randomUUID()] })],
  'no iat': [invalidRequest, () => eventTokenOf(purge, { iat: undefined })],
  'no events': [invalidRequest, () => eventTokenOf(purge, { events: {} })],
  'events of the wrong type': [invalidRequest, () => eventTokenOf(purge, { events: 'account-purged' })],
  'no subject': [invalidRequest, () => eventTokenOf(purge, { sub_id: undefined })],
  'a subject of another issuer': [
    invalidRequest,
    () => eventTokenOf(purge, { sub_id: { format: 'iss_sub', iss: 'https://evil.example', sub: ada } }),
  ],
  'a revoked session without a session id': [
    invalidRequest,
    () => eventTokenOf(revoked(ada, 'a-session'), { sub_id: { format: 'iss_sub', iss: issuer, sub: ada } }),
  ],
  'a token without its signature part': [invalidRequest, () => eventTokenOf(purge).split('.').slice(0, 2).join('.')],
  'two tokens': [invalidRequest, () => `${eventTokenOf(purge)}\n${eventTokenOf(purge)}`],
  'a token in JSON': [invalidRequest, () => JSON.stringify({ token: eventTokenOf(purge) })],
  'an access token': [invalidRequest, () => accessTokenOf(ada, 'a-session')],
  nothing: [invalidRequest, () => ''],
  dots: [invalidRequest, () => '...'],
  'binary bytes': [invalidRequest, () => '\u0000\ufffd\u{1f600}'],
  'a body over the limit': [{ status: 413, err: 'invalid_request' }, () => 'x'.repeat(16 * 1024 + 1)],
};

describe('POST /events', () => {
  const shared = sharedSubgraph();

  test.each(Object.entries(rejected))(
    '%s is rejected, and nothing of it is stored',
    async (_, [{ status, err }, body]) => {
      const { push, file, lines } = shared();
      const linesBefore = lines.length;
      const { text, headers, ...answer } = await push(body());
      expect({ ...answer, ...JSON.parse(text) }).toEqual({ status, err, description: expect.any(String) });
      expect(headers.get('content-type')).toContain('application/json');
      expect(headers.get('content-language')).toBe('en');
      expect(rowsIn(file)).toBe(0);
      const logged = lines.slice(linesBefore).filter(({ msg }) => msg.startsWith('security event'));
      expect(logged).toEqual([expect.objectContaining({ msg: 'security event rejected', status, code: err })]);
      expect(JSON.stringify(logged)).not.toContain(ada);
    },
  );
});

test('a valid token is accepted, so each rejection above has only its own reason', async () => {
  const { push, file } = await startSubgraph();
  expect(await push(eventTokenOf(purge))).toMatchObject({ status: 202, text: '' });
  expect(await push(signedBy(privateKey, { kid }))).toMatchObject({ status: 202, text: '' });
  expect(await push(`${eventTokenOf(purge, {}, { typ: 'application/secevent+jwt' })}\r\n`)).toMatchObject({
    status: 202,
  });
  expect(rowsIn(file)).toBe(4);
});

describe('the HTTP request', () => {
  const shared = sharedSubgraph();

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'with method %s gets 405 and `Allow: POST`',
    async (method) => {
      const { push, file } = shared();
      const token = eventTokenOf(purge);
      const { status, headers } = await push(token, { method, ...(method === 'GET' && { body: null }) });
      expect([status, headers.get('allow')]).toEqual([405, 'POST']);
      expect(rowsIn(file)).toBe(0);
    },
  );

  test.each(['application/json', 'application/jwt', 'text/plain', 'application/secevent+jwtx', ''])(
    'with the content type %j gets 415',
    async (type) => {
      const { push, file } = shared();
      expect(await push(eventTokenOf(purge), { headers: { 'content-type': type } })).toMatchObject({ status: 415 });
      expect(rowsIn(file)).toBe(0);
    },
  );

  test.each(['Application/SECEVENT+JWT', 'application/secevent+jwt; charset=utf-8'])(
    'with the content type %s is accepted',
    async (type) => {
      const { push } = await startSubgraph();
      expect(await push(eventTokenOf(purge), { headers: { 'content-type': type } })).toMatchObject({ status: 202 });
    },
  );

  test.each(['gzip', 'br', 'deflate'])('with content encoding %s gets 415', async (encoding) => {
    const { push } = shared();
    const headers = { 'content-encoding': encoding };
    expect(await push(eventTokenOf(purge), { headers })).toMatchObject({ status: 415 });
  });

  test('with a content-length over the limit gets a response before its body', async () => {
    const { url } = shared();
    const head =
      'POST /events HTTP/1.1\r\nhost: x\r\ncontent-type: application/secevent+jwt\r\ncontent-length: 1000000000\r\n\r\n';
    expect(await answerTo(url, head)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('with an endless chunked body gets a response at the limit', async () => {
    const { url } = shared();
    const head =
      'POST /events HTTP/1.1\r\nhost: x\r\ncontent-type: application/secevent+jwt\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await answerTo(url, `${head}4001\r\n${'x'.repeat(0x4001)}\r\n`)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('that is aborted is not logged as a bug', async () => {
    const { url, push, lines } = await startSubgraph();
    const head =
      'POST /events HTTP/1.1\r\nhost: x\r\ncontent-type: application/secevent+jwt\r\ncontent-length: 100\r\n\r\n';
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    await new Promise<void>((resolve) => socket.write(`${head}abc`, () => resolve()));
    socket.destroy();
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain('security event rejected');
    expect(await push(eventTokenOf(purge))).toMatchObject({ status: 202 });
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

test('an event gets 503 while no verification key is available', async () => {
  const unavailable = () => Promise.reject(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'No key is known yet.'));
  const keys = { ...fixedKeySet([]), refresh: unavailable };
  const { push, lines } = await startSubgraph({ keys });
  expect(await push(eventTokenOf(purge))).toMatchObject({ status: 503, text: '' });
  expect(lines.map(({ msg }) => msg)).toContain('security event not stored; the sender will retry');
});

test('a Security Event Token is not accepted as an access token', async () => {
  const { url } = await startSubgraph();
  for (const token of [
    eventTokenOf(purge),
    eventTokenOf(purge, { aud: audience, sub: ada, sid: 'a-session', exp: 4_102_444_800 }),
  ]) {
    const error = await requestTextTo(url, token).error('{ resources { totalCount } }');
    expect(error).toEqual({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
  }
});

/** Returns the first response that the server sends. */
async function answerTo(url: string, request: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  onTestFinished(() => void socket.destroy());
  socket.write(request);
  return new Promise((resolve, reject) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('error', reject);
  });
}

/** Counts the rows of all event tables. */
function rowsIn(file: string): number {
  const database = new Database(file);
  const tables = ['revoked_sessions', 'tombstones', 'security_events'];
  const counts = tables.map((table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number);
  database.close();
  return counts.reduce((sum, count) => sum + count);
}
