import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openImageFiles } from './image-files.ts';
import { startImageService } from './server.ts';
import { aGif, asJson, startTestService, TOKEN } from './testing/service.ts';

describe('starting', () => {
  test.each(['127.0.0.1', '0.0.0.0'])('on %s returns a URL with 127.0.0.1', async (host) => {
    const { url, store } = await startTestService({ host });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect((await fetch((await store()).imageUrl)).status).toBe(200);
  });

  test('on localhost returns a URL without it', async () => {
    const { url } = await startTestService({ host: 'localhost' });
    expect(url).not.toContain('localhost');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });

  test('on a taken port rejects with EADDRINUSE and leaves the folder unchanged', async () => {
    const { url, folder } = await startTestService();
    const unfinished = join(folder, '0123456789abcdef01234567.image.0123456789abcdef.tmp');
    await writeFile(unfinished, 'being written by the other');
    const second = startImageService({ host: '127.0.0.1', port: Number(new URL(url).port), token: TOKEN, folder });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
    expect(existsSync(unfinished)).toBe(true);
  });

  test('with a file in place of the folder rejects and frees the port', async () => {
    const { url, folder, stop } = await startTestService();
    await stop();
    const settings = { host: '127.0.0.1', port: Number(new URL(url).port), token: TOKEN };
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(startImageService({ ...settings, folder: file })).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await startTestService({ ...settings, folder })).url).toBe(url);
  });
});

describe('stopping', () => {
  test('accepts no more connections, and may be called twice', async () => {
    const { url, stop } = await startTestService();
    await Promise.all([stop(), stop()]);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('closes idle connections at once', async () => {
    const { url, stop } = await startTestService();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const [response] = await once(request(`${url}/health/live`, { agent }).end(), 'response');
    await text(response);
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent.resume(), 'close');
    await stop();
    await closed;
  });

  test('begins with a failing readiness check, while requests are served', async () => {
    const stopping = new AbortController();
    const { url, store } = await startTestService({ stopping: stopping.signal });
    const readiness = async () => (await fetch(`${url}/health/ready`)).status;
    expect(await readiness()).toBe(200);
    stopping.abort();
    expect(await readiness()).toBe(503);
    expect((await fetch(`${url}/health/live`)).headers.get('connection')).toBe('close');
    expect(await store()).toMatchObject({ contentType: 'image/gif' });
  });

  test('waits for the response to a request that is being sent', async () => {
    const { api, stop } = await startTestService();
    const headers = { ...asJson, Expect: '100-continue' };
    const sending = request(`${api}/images`, { method: 'POST', headers, agent: new Agent({ keepAlive: true }) });
    sending.flushHeaders();
    await once(sending, 'continue');

    const stopped = stop();
    sending.end(JSON.stringify(aGif));
    const [response] = await once(sending, 'response');
    expect([response.statusCode, response.headers.connection]).toEqual([201, 'close']);
    expect(JSON.parse(await text(response))).toMatchObject({ contentType: 'image/gif' });
    await stopped;
  });

  test('sends a whole image to a slow reader', async () => {
    const { url, folder, stop } = await startTestService();
    // Larger than the socket buffers, so that most of it waits in the service.
    const bytes = Buffer.alloc(12_000_000, 7);
    const { id } = await openImageFiles(folder).add({ contentType: 'image/png', bytes });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`GET /images/public/${id} HTTP/1.1\r\nHost: images\r\n\r\n`);
    await once(socket, 'readable');

    const stopped = stop();
    const received = await buffer(socket);
    expect(received.subarray(received.indexOf('\r\n\r\n') + 4).equals(bytes)).toBe(true);
    await stopped;
  });

  test('cuts off a request that exceeds the grace period, and counts it', async () => {
    const { api, stop, requestsCutOff } = await startTestService();
    const headers = { ...asJson, Expect: '100-continue' };
    const sending = request(`${api}/images`, { method: 'POST', headers });
    sending.flushHeaders();
    await once(sending, 'continue');
    const ended = once(sending, 'response').catch((error) => error.code);
    await stop(10);
    expect(await ended).toBe('ECONNRESET');
    expect(requestsCutOff()).toBe(1);
  });
});
