import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { aGif, asJson, collectLog, errorOf, startTestService, TOKEN } from './testing/service.ts';

test('a client that disconnects within its body stores nothing and logs no failure', async () => {
  const { lines, log } = collectLog();
  const { api, call } = await startTestService({ log });
  const sending = request(`${api}/images`, { method: 'POST', headers: { ...asJson, Expect: '100-continue' } });
  sending.on('error', () => {});
  sending.flushHeaders();
  await once(sending, 'continue');
  sending.write(JSON.stringify(aGif).slice(0, -1));
  sending.destroy();

  await expect.poll(() => lines.length).toBe(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'request', isComplete: false });
  expect(await (await call('GET', '/images')).json()).toEqual([]);
});

test('of requests that are rejected, twenty a minute of each status are logged, and the number left out', async () => {
  const { lines, log } = collectLog();
  const { api, call, store } = await startTestService({ log });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const longPath = `${api}/${'x'.repeat(5_000)}`;
  const headers = { 'x-request-id': 'y'.repeat(5_000) };
  for (let count = 0; count < 50; count += 1) {
    expect((await fetch(longPath, { headers })).status).toBe(401);
    expect((await call('GET', '/images/0')).status).toBe(404);
  }
  for (let count = 0; count < 25; count += 1) await store();
  await expect.poll(() => lines.length).toBe(20 + 20 + 25);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1_000);
  vi.advanceTimersByTime(60_000);
  const summaries = lines.slice(65).map((line) => JSON.parse(line));
  const leftOut = { level: 30, event: 'lines of the last minute left out', leftOut: 30 };
  expect(summaries).toMatchObject(['status 401', 'status 404'].map((kind) => ({ ...leftOut, kind })));
});

describe('a bug', () => {
  test('is answered with 500 without details and logged whole in one line', async () => {
    const { lines, log } = collectLog();
    const { api, folder } = await startTestService({ log });
    await rm(folder, { recursive: true });
    const headers = { ...asJson, 'X-Request-Id': 'request-1' };
    const response = await fetch(`${api}/images`, { method: 'POST', headers, body: JSON.stringify(aGif) });
    expect([response.status, await response.json()]).toEqual([500, errorOf(500, expect.not.stringContaining(folder))]);

    const failure = JSON.parse(lines[0] ?? '');
    expect(failure).toMatchObject({
      event: 'failure',
      requestId: 'request-1',
      method: 'POST',
      err: { code: 'ENOENT' },
    });
  });

  test('leaves neither token nor image data in the log', async () => {
    const { lines, log } = collectLog();
    const { api, folder, call, store, stop } = await startTestService({ log });
    const { id } = await store();
    await fetch(`${api}/images`, { method: 'POST', headers: asJson, body: `{"data":"${aGif.data}` });
    await writeFile(join(folder, `${id}.image`), aGif.data);
    expect((await call('GET', `/images/${id}`)).status).toBe(500);
    await stop();

    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain(TOKEN);
    expect(lines.join('')).not.toContain(aGif.data.slice(0, 8));
  });
});
