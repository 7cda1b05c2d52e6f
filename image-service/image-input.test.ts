import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { aGif, asJson, errorOf, exchange, startTestService, TOKEN } from './testing/service.ts';

/** A payload of exactly that many bytes, filled up with an unknown field. */
const payloadOf = (sizeBytes: number) => {
  const empty = JSON.stringify({ ...aGif, unknown: '' });
  return JSON.stringify({ ...aGif, unknown: 'x'.repeat(sizeBytes - empty.length) });
};

describe('a bad body', () => {
  test.each([
    ['that is empty', ''],
    ['that is not JSON', '{"data":'],
    ['that is a string', '"image"'],
    ['that is an array', '[]'],
    ['that is null', 'null'],
    ['without data', JSON.stringify({ contentType: 'image/gif' })],
    ['without contentType', JSON.stringify({ data: aGif.data })],
    ['with data that is no string', JSON.stringify({ ...aGif, data: 1 })],
    ['with data of 200,000 lists', `{"contentType":"image/gif","data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['that is 40,000 objects', `${'{"data":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['with an empty image', JSON.stringify({ ...aGif, data: '' })],
    ['with a data: prefix', JSON.stringify({ ...aGif, data: `data:image/gif;base64,${aGif.data}` })],
    ['with base64 without padding', JSON.stringify({ ...aGif, data: aGif.data.replace(/=+$/, '') })],
    ['with base64url', JSON.stringify({ ...aGif, data: '-_-_' })],
    ['with white space in base64', JSON.stringify({ ...aGif, data: `${aGif.data}\n` })],
    ['with non-zero trailing bits in base64', JSON.stringify({ ...aGif, data: 'QR==' })],
    ['with another type', JSON.stringify({ ...aGif, contentType: 'image/svg+xml' })],
    ['with a type in upper case', JSON.stringify({ ...aGif, contentType: 'IMAGE/GIF' })],
  ])('%s is rejected with 400', async (_, body) => {
    const { api, store, call } = await startTestService();
    const { id } = await store();
    for (const [method, path] of [
      ['POST', '/images'],
      ['PUT', `/images/${id}`],
    ] as const) {
      const response = await fetch(`${api}${path}`, { method, headers: asJson, body });
      expect([response.status, await response.json()]).toEqual([400, errorOf(400)]);
    }
    expect(await (await call('GET', '/images')).json()).toHaveLength(1);
  });

  test('is not quoted in the response', async () => {
    const { api } = await startTestService();
    const response = await fetch(`${api}/images`, { method: 'POST', headers: asJson, body: '{"data":private' });
    expect(await response.text()).not.toContain('private');
  });

  test.each([
    ['no type', {}],
    ['text', { 'Content-Type': 'text/plain' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a type that starts like JSON', { 'Content-Type': 'application/jsonx' }],
  ])('that is %s is rejected with 415', async (_, type) => {
    const { api } = await startTestService();
    const headers = { 'X-API-Private-Token': TOKEN, ...type };
    const { status, body } = await exchange(`${api}/images`, { method: 'POST', headers, body: JSON.stringify(aGif) });
    expect([status, JSON.parse(body)]).toEqual([415, errorOf(415)]);
  });

  test.each([
    ['Content-Type', 'application/json; charset=iso-8859-1', 415],
    ['Content-Encoding', 'compress', 415],
    ['Content-Encoding', 'gzip', 400],
  ])('whose %s is wrongly %s is rejected with %i', async (name, value, status) => {
    const { api } = await startTestService();
    const headers = { ...asJson, [name]: value };
    const response = await fetch(`${api}/images`, { method: 'POST', headers, body: JSON.stringify(aGif) });
    expect([response.status, await response.json()]).toEqual([status, errorOf(status)]);
  });
});

describe('the size of a body', () => {
  const calls = (id: string) =>
    [
      ['POST', '/images'],
      ['PUT', `/images/${id}`],
      ['PATCH', `/images/${id}`],
    ] as const;

  test('may be 512,000 bytes', async () => {
    const { api, store } = await startTestService();
    for (const [method, path] of calls((await store()).id)) {
      const response = await fetch(`${api}${path}`, { method, headers: asJson, body: payloadOf(512_000) });
      expect(response.ok).toBe(true);
    }
  });

  test('may not be 512,001 bytes: 413', async () => {
    const { api, store } = await startTestService();
    for (const [method, path] of calls((await store()).id)) {
      const response = await fetch(`${api}${path}`, { method, headers: asJson, body: payloadOf(512_001) });
      expect([response.status, await response.json()]).toEqual([413, errorOf(413)]);
    }
  });

  test('is counted without a Content-Length', async () => {
    const { api } = await startTestService();
    const send = (sizeBytes: number) =>
      exchange(`${api}/images`, { method: 'POST', headers: asJson, body: payloadOf(sizeBytes) });
    expect((await send(512_000)).status).toBe(201);
    expect((await send(512_001)).status).toBe(413);
  });

  test('is counted after decompression', async () => {
    const { api } = await startTestService();
    const headers = { ...asJson, 'Content-Encoding': 'gzip' };
    const body = gzipSync(payloadOf(512_001));
    expect((await fetch(`${api}/images`, { method: 'POST', headers, body })).status).toBe(413);
  });
});
