import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
