import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Logger } from 'pino';
import { describe, expect, test } from 'vitest';
import {
  type ApiImage,
  aGif,
  aPng,
  asJson,
  bytesOf,
  collectLog,
  errorOf,
  gif,
  jpeg,
  noImage,
  png,
  startTestService,
} from './testing/service.ts';

describe('POST /images', () => {
  test('stores an image and returns its URL', async () => {
    const { url, call } = await startTestService();
    const response = await call('POST', '/images', aGif);
    const stored = (await response.json()) as ApiImage;

    expect(response.status).toBe(201);
    expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(stored).sort()).toEqual(['contentType', 'createdAt', 'id', 'imageUrl', 'updatedAt']);
    expect(stored.id).toMatch(/^[0-9a-f]{24}$/);
    expect(stored).toMatchObject({ contentType: 'image/gif', imageUrl: `${url}/images/public/${stored.id}` });
    expect(stored.imageUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    expect(stored.updatedAt).toBe(stored.createdAt);
  });

  test.each([
    ['image/gif', gif],
    ['image/jpeg', jpeg],
    ['image/png', png],
  ])('accepts %s', async (contentType, bytes) => {
    const { call } = await startTestService();
    const response = await call('POST', '/images', { data: bytes.toString('base64'), contentType });
    expect(response.status).toBe(201);
  });

  test('ignores unknown fields', async () => {
    const { call } = await startTestService();
    const response = await call('POST', '/images', { ...aGif, id: noImage, unknown: { nested: true } });
    expect(response.status).toBe(201);
    expect(((await response.json()) as ApiImage).id).not.toBe(noImage);
  });

  test('accepts a compressed body', async () => {
    const { api } = await startTestService();
    const headers = { ...asJson, 'Content-Encoding': 'gzip' };
    const body = gzipSync(JSON.stringify(aGif));
    expect((await fetch(`${api}/images`, { method: 'POST', headers, body })).status).toBe(201);
  });
});

describe('GET /images', () => {
  test('returns a bare array of all images', async () => {
    const { call, store } = await startTestService();
    expect(await (await call('GET', '/images')).json()).toEqual([]);
    const stored = [await store(gif), await store(png, 'image/png')];
    const response = await call('GET', '/images');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(expect.arrayContaining(stored));
  });
});

describe('GET /images in a folder with other files', () => {
  const damagedId = (digit: string) => digit.repeat(24);

  /** A service with one image, and one of each file that cannot be read as an image. Some have the name of one. */
  const startWithOthers = async (log?: Logger) => {
    const service = await startTestService({ log });
    const inFolder = (name: string) => join(service.folder, name);
    const stored = await service.store();
    const whole = readFileSync(inFolder(`${stored.id}.image`));
    writeFileSync(inFolder(`${damagedId('0')}.image`), '');
    writeFileSync(inFolder(`${damagedId('1')}.image`), whole);
    writeFileSync(inFolder(`${damagedId('2')}.image`), whole.subarray(0, 20));
    writeFileSync(inFolder(`${damagedId('3')}.image`), Buffer.alloc(5_000, 1));
    writeFileSync(inFolder(`${damagedId('4')}.image`), '{"id":1}\n');
    mkdirSync(inFolder(`${damagedId('5')}.image`));
    symlinkSync(inFolder(`${damagedId('6')}.image`), inFolder(`${damagedId('6')}.image`));
    execFileSync('mkfifo', [inFolder(`${damagedId('8')}.image`)]);
    symlinkSync('/dev/zero', inFolder(`${damagedId('9')}.image`));
    for (const name of ['notes.txt', 'notes.image', `${damagedId('7')}.image.bak`]) writeFileSync(inFolder(name), 'x');
    mkdirSync(inFolder('folder'));
    return { ...service, stored };
  };

  test('lists the images, and logs which files are none', async () => {
    const { log, lines } = collectLog();
    const { call, stored } = await startWithOthers(log);
    const response = await call('GET', '/images');
    expect([response.status, await response.json()]).toEqual([200, [stored]]);
    const [warning] = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'unreadable files');
    const names = Array.from('012345689', (digit) => `${damagedId(digit)}.image`);
    expect([...warning.files].sort()).toEqual(names);
  });

  test('stores, serves, changes and deletes other images', async () => {
    const { call, store, stored } = await startWithOthers();
    const { id, imageUrl } = await store(png, 'image/png');
    expect(await bytesOf(await fetch(imageUrl))).toEqual(png);
    expect((await call('PUT', `/images/${stored.id}`, aPng)).status).toBe(204);
    expect((await call('DELETE', `/images/${id}`)).status).toBe(204);
    expect(await (await call('GET', '/images')).json()).toMatchObject([{ id: stored.id, contentType: 'image/png' }]);
  });

  test('opens no named pipe and no device', async () => {
    const { call, url } = await startWithOthers();
    for (const id of [damagedId('8'), damagedId('9')]) {
      expect((await call('PUT', `/images/${id}`, aPng)).status).toBe(500);
      expect((await fetch(`${url}/images/public/${id}`)).status).toBe(500);
      expect((await call('DELETE', `/images/${id}`)).status).toBe(204);
    }
  });

  test('lists an image whose bytes are cut, which PUT replaces and DELETE removes', async () => {
    const { folder, call, store } = await startTestService();
    const [cut, other] = [await store(), await store()];
    for (const { id } of [cut, other]) {
      const path = join(folder, `${id}.image`);
      writeFileSync(path, readFileSync(path).subarray(0, -1));
    }
    expect(await (await call('GET', '/images')).json()).toHaveLength(2);
    expect((await fetch(cut.imageUrl)).status).toBe(500);
    expect((await call('PUT', `/images/${cut.id}`, aPng)).status).toBe(204);
    expect(await bytesOf(await fetch(cut.imageUrl))).toEqual(png);
    expect((await call('DELETE', `/images/${other.id}`)).status).toBe(204);
  });
});

describe('GET /images/:id', () => {
  test('returns the same as POST', async () => {
    const { call, store } = await startTestService();
    const stored = await store();
    const response = await call('GET', `/images/${stored.id}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(stored);
  });

  test('does so after a restart, with the URL of the new port', async () => {
    const first = await startTestService();
    const stored = await first.store();
    await first.stop();
    const second = await startTestService({ folder: first.folder });
    const imageUrl = `${second.url}/images/public/${stored.id}`;
    expect(await (await second.call('GET', `/images/${stored.id}`)).json()).toEqual({ ...stored, imageUrl });
    expect(await bytesOf(await fetch(imageUrl))).toEqual(gif);
  });
});

describe('PUT /images/:id', () => {
  test('replaces bytes and type and keeps the URL', async () => {
    const { call, store } = await startTestService();
    const before = await store();
    const response = await call('PUT', `/images/${before.id}`, aPng);
    expect([response.status, await response.text()]).toEqual([204, '']);

    const after = await (await call('GET', `/images/${before.id}`)).json();
    expect(after).toEqual({ ...before, contentType: 'image/png', updatedAt: expect.any(String) });
    const served = await fetch(before.imageUrl);
    expect(served.headers.get('Content-Type')).toBe('image/png');
    expect(await bytesOf(served)).toEqual(png);
  });

  test('requires both fields', async () => {
    const { call, store } = await startTestService();
    const { id } = await store();
    expect((await call('PUT', `/images/${id}`, { data: aPng.data })).status).toBe(400);
    expect((await call('PUT', `/images/${id}`, { contentType: 'image/png' })).status).toBe(400);
  });

  test('does not bring back an image that was deleted meanwhile', async () => {
    const { call, store } = await startTestService();
    for (let round = 0; round < 10; round += 1) {
      const { id, imageUrl } = await store();
      const put = () => call('PUT', `/images/${id}`, aPng);
      const [first, removed, last] = await Promise.all([put(), call('DELETE', `/images/${id}`), put()]);
      expect(removed.status).toBe(204);
      for (const { status } of [first, last]) expect([204, 404]).toContain(status);
      expect((await fetch(imageUrl)).status).toBe(404);
    }
  });
});

describe('PATCH /images/:id', () => {
  test('replaces the bytes alone', async () => {
    const { call, store } = await startTestService({ checkBytes: false });
    const { id, imageUrl } = await store();
    const response = await call('PATCH', `/images/${id}`, { data: aPng.data });
    expect([response.status, await response.text()]).toEqual([204, '']);
    const served = await fetch(imageUrl);
    expect(served.headers.get('Content-Type')).toBe('image/gif');
    expect(await bytesOf(served)).toEqual(png);
  });

  test('replaces the type alone', async () => {
    const { call, store } = await startTestService({ checkBytes: false });
    const { id, imageUrl } = await store();
    expect((await call('PATCH', `/images/${id}`, { contentType: 'image/jpeg' })).status).toBe(204);
    const served = await fetch(imageUrl);
    expect(served.headers.get('Content-Type')).toBe('image/jpeg');
    expect(await bytesOf(served)).toEqual(gif);
  });

  test.each([{}, { unknown: true }, { Data: 'QQ==' }, { id: noImage, imageUrl: 'x' }])(
    'ignores unknown fields, and changes nothing if there are no others: %j',
    async (body) => {
      const { call, store } = await startTestService();
      const stored = await store();
      const response = await call('PATCH', `/images/${stored.id}`, body);
      expect([response.status, await response.text()]).toEqual([204, '']);
      expect(await (await call('GET', `/images/${stored.id}`)).json()).toEqual(stored);
      expect((await call('PATCH', `/images/${noImage}`, body)).status).toBe(404);
    },
  );

  test.each([{ data: null }, { contentType: 'image/webp' }, { data: '' }, { data: 'x', contentType: 'image/png' }, []])(
    'rejects data and contentType with wrong values: %j',
    async (body) => {
      const { call, store } = await startTestService();
      const { id } = await store();
      const response = await call('PATCH', `/images/${id}`, body);
      expect([response.status, await response.json()]).toEqual([400, errorOf(400)]);
    },
  );
});

describe('DELETE /images/:id', () => {
  test.each([
    ['without a body', undefined],
    ['with {} as its body', {}],
  ])('takes the image away, %s', async (_, body) => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    const response = await call('DELETE', `/images/${id}`, body);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect((await fetch(imageUrl)).status).toBe(404);
    expect((await call('DELETE', `/images/${id}`, body)).status).toBe(404);
    expect(await (await call('GET', '/images')).json()).toEqual([]);
  });
});

describe('health', () => {
  test('is live and ready', async () => {
    const { url } = await startTestService();
    for (const path of ['/health/live', '/health/ready', '/health/ready/']) {
      const response = await fetch(`${url}${path}`);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    }
  });

  test('is live but not ready without a folder to write', async () => {
    const { url, folder } = await startTestService();
    await rm(folder, { recursive: true });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, errorOf(503)]);
  });
});
