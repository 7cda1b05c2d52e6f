import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { temporaryFolder } from '../../tests/support/files.ts';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { hashSources } from './build.ts';
import { createExplorer } from './explorer.ts';
import { readBuiltPage } from './page-file.ts';

const files = {
  'index.html': '<!doctype html><title>Explorer</title>',
  'page-ABC.js': 'console.log("hello");'.repeat(100),
  'page-ABC.css': 'body { margin: 0 }',
  'codicon-ABC.ttf': 'a font',
};

/** Serves a built page from a folder, next to which there is a secret file. */
async function startExplorer() {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  const folder = join(path, 'built');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(path, 'secret.js'), 'secret');
  const { log } = captureLog();
  const load = () => readBuiltPage(folder);
  const { origin } = await startTinyServer(createExplorer({ load, log }));
  return { origin, folder };
}

describe('the page', () => {
  test('is served at the root to every client, and at /graphql to browsers', async () => {
    const { origin } = await startExplorer();
    for (const [path, accept] of [
      ['/', '*/*'],
      ['/', 'text/html'],
      ['/?a=b', 'image/png'],
      ['/graphql', 'text/html'],
    ] as const) {
      const response = await fetch(`${origin}${path}`, { headers: { accept } });
      expect([path, response.status, await response.text()]).toEqual([path, 200, files['index.html']]);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
  });

  test('is revalidated at each visit, and sent only if it has changed', async () => {
    const { origin } = await startExplorer();
    const { headers } = await fetch(origin);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('vary')).toBe('Accept, Accept-Encoding');
    const etag = headers.get('etag') ?? '';
    const statusFor = async (tag: string) => (await fetch(origin, { headers: { 'if-none-match': tag } })).status;
    expect(await Promise.all([etag, `W/${etag}`, `"other", ${etag}`, '*'].map(statusFor))).toEqual([
      304, 304, 304, 304,
    ]);
    expect(await Promise.all(['"other"', etag.slice(1, -1)].map(statusFor))).toEqual([200, 200]);
  });

  test('may load scripts from the gateway only, run none inline, and not be framed', async () => {
    const { origin } = await startExplorer();
    const { headers } = await fetch(origin);
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...sources] = part.split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'worker-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self' data:",
      'img-src': 'http: https: data:',
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-request-id': expect.any(String),
    });
  });
});

describe('a file of the page', () => {
  test.each([
    ['page-ABC.js', 'text/javascript; charset=utf-8'],
    ['page-ABC.css', 'text/css; charset=utf-8'],
    ['codicon-ABC.ttf', 'font/ttf'],
  ] as const)('%s may be cached for good', async (name, type) => {
    const { origin } = await startExplorer();
    const response = await fetch(`${origin}/explorer/${name}`);
    expect([response.status, await response.text()]).toEqual([200, files[name]]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      vary: 'Accept-Encoding',
    });
  });

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['zstd', undefined, (bytes: Buffer) => bytes],
    ['', undefined, (bytes: Buffer) => bytes],
  ])('is compressed if the client accepts %j', async (accepted, encoding, decompress) => {
    const { origin } = await startExplorer();
    const { headers, body } = await getRaw(`${origin}/explorer/page-ABC.js`, accepted);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers.etag).toMatch(new RegExp(`-${encoding ?? 'identity'}"$`));
    expect(decompress(body).toString()).toBe(files['page-ABC.js']);
  });

  test.each(['/', '/explorer/page-ABC.js'])('responds to HEAD with the headers of GET: %s', async (path) => {
    const { origin } = await startExplorer();
    const [head, whole] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(`${origin}${path}`, { method })));
    const {
      date: _,
      'x-request-id': __,
      connection: ___,
      'keep-alive': ____,
      ...headersOfHead
    } = Object.fromEntries(head?.headers ?? []);
    expect([head?.status, await head?.text()]).toEqual([200, '']);
    expect(Object.fromEntries(whole?.headers ?? [])).toMatchObject(headersOfHead);
    expect(Number(headersOfHead['content-length'])).toBeGreaterThan(0);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('responds to %s with 405 and the allowed methods', async (method) => {
    const { origin } = await startExplorer();
    for (const path of ['/', '/explorer/page-ABC.js']) {
      const response = await fetch(`${origin}${path}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  test.each([
    '/explorer/',
    '/explorer/index.html',
    '/explorer/other.js',
    '/explorer/../secret.js',
    '/explorer/..%2fsecret.js',
    '/explorer/%2e%2e/secret.js',
    '/explorer/%2e%2e%5csecret.js',
    '/explorer//page-ABC.js',
    '/explorer/built/page-ABC.js',
    '/explorer/constructor',
    '/explorer/page-ABC.js/',
    '/page-ABC.js',
    '/index.html',
  ])('responds to %s with 404', async (path) => {
    const { origin } = await startExplorer();
    const { status, body } = await getRaw(origin, '', path);
    expect([status, JSON.parse(body.toString())]).toEqual([
      404,
      { errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] },
    ]);
  });
});

describe('a page that is missing', () => {
  const failing = () =>
    Promise.reject(new Error("ENOENT: no such file or directory, scandir '/srv/app/gateway/explorer/built'"));

  test('responds with how to restore it, without internal details', async () => {
    const { log, lines } = captureLog();
    const { origin } = await startTinyServer(createExplorer({ load: failing, log }));
    for (const path of ['/', '/explorer/page-ABC.js']) {
      const response = await fetch(`${origin}${path}`);
      const text = await response.text();
      expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/plain; charset=utf-8']);
      expect(text).toContain('npm run explorer');
      expect(text).not.toContain('/srv/app');
    }
    // Once, not for each request.
    expect(lines).toMatchObject([
      { level: 40, msg: 'explorer page not available', err: { message: expect.stringContaining('ENOENT') } },
    ]);
  });

  test('is logged once when it cannot be prepared, and loaded on demand', async () => {
    const loads = [failing, () => Promise.resolve([{ name: 'index.html', bytes: Buffer.from('built') }])];
    const { log, lines } = captureLog();
    const explorer = createExplorer({ load: () => loads.shift()?.() ?? failing(), log });
    await explorer.prepare();
    expect(lines).toMatchObject([{ level: 40, msg: 'explorer page not available' }]);
    const { origin } = await startTinyServer(explorer);
    expect(await (await fetch(origin)).text()).toBe('built');
    expect(lines).toHaveLength(1);
  });

  test('is loaded by a later request', async () => {
    const loads = [failing, () => Promise.resolve([{ name: 'index.html', bytes: Buffer.from('built') }])];
    const { log } = captureLog();
    const load = () => loads.shift()?.() ?? Promise.reject(new Error('loaded a third time'));
    const { origin } = await startTinyServer(createExplorer({ load, log }));
    expect((await fetch(origin)).status).toBe(503);
    const again = await Promise.all([fetch(origin), fetch(origin)]);
    expect(await Promise.all(again.map((response) => response.text()))).toEqual(['built', 'built']);
  });
});

test('a prepared page is loaded before the first request, and once', async () => {
  let loadCount = 0;
  const load = async () => {
    loadCount += 1;
    return [{ name: 'index.html', bytes: Buffer.from('built') }];
  };
  const explorer = createExplorer({ load, log: captureLog().log });
  await explorer.prepare();
  expect(loadCount).toBe(1);
  const { origin } = await startTinyServer(explorer);
  expect(await (await fetch(origin)).text()).toBe('built');
  expect(loadCount).toBe(1);
});

/** Sends a request without fetch, which would normalize the path and decompress the body. */
function getRaw(url: string, acceptEncoding: string, path?: string) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const { hostname, port, pathname } = new URL(url);
      const headers = { 'accept-encoding': acceptEncoding };
      const sent = request({ hostname, port, path: path ?? pathname, headers }, async (res) => {
        const chunks: Buffer[] = [];
        for await (const chunk of res) chunks.push(chunk);
        resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks) });
      });
      sent.once('error', reject).end();
    },
  );
}

test('the committed page is built from the present sources', async () => {
  const [index] = (await readBuiltPage()).filter(({ name }) => name === 'index.html');
  const [, sources] = /<meta name="sources" content="(\w+)">/.exec(Buffer.from(index?.bytes ?? []).toString()) ?? [];
  expect(sources, 'Run npm ci --prefix gateway/explorer/page && npm run explorer').toBe(await hashSources());
});
