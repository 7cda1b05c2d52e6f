import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeInBrowser, openBrowser } from '../../tests/support/chromium.ts';
import { temporaryFolder } from '../../tests/support/files.ts';
import { listen, type TestServer } from '../../tests/support/http/servers.ts';
import { serveFolder } from '../../tests/support/http/static-files.ts';
import { packClient } from '../../tests/support/packed-client.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { uniqueName } from '../../tests/support/systems/users.ts';
import type * as Client from './index.ts';
import { errorResponse, startProxy } from './testing/proxy.ts';

declare global {
  /** The client's module in the page. */
  var client: typeof Client;
}

describeInBrowser('the client in a browser', () => {
  const folder = temporaryFolder();
  let site: TestServer;
  let system: System;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await packClient(folder.path);
    const built = join(folder.path, 'client', 'dist');
    // The modules as built, without a bundler.
    const script = `import * as client from './index.js'; globalThis.client = client;`;
    writeFileSync(join(built, 'page.js'), script);
    writeFileSync(join(built, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
    copyFileSync('tests/fixtures/four-colours.png', join(built, 'picture.png'));
    site = await serveFolder(built);
    system = await startSystem({}, { corsOrigins: [site.url] });
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction(() => globalThis.client !== undefined);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await system?.stop();
    folder.remove();
  });

  test('registers, uploads a Blob and bytes, pages through all resources, and deletes one', async () => {
    const result = await page.evaluate(
      async ([url, username]) => {
        const client = globalThis.client.createClient({ url });
        await client.register({ username, password: 'correct horse battery staple' });
        const blob = await (await fetch('picture.png')).blob();
        const first = await client.create({ title: 'A Blob', image: blob });
        await client.create({ title: 'Bytes', image: new Uint8Array(await blob.arrayBuffer()) });
        const titles: string[] = [];
        for await (const { title } of client.all({ orderBy: 'TITLE', pageSize: 1 })) titles.push(title);
        await client.delete(first.id);
        const again: unknown = await client.delete(first.id).catch((error: unknown) => error);
        const isNotFound = globalThis.client.isApiError(again, 'NOT_FOUND');
        return { titles, remaining: (await client.list()).totalCount, isNotFound };
      },
      [system.gateway, uniqueName()] as const,
    );
    expect(result).toEqual({ titles: ['A Blob', 'Bytes'], remaining: 1, isNotFound: true });
  });

  test('ten calls with an expired token make one refresh, and a create is retried after a lost response', async () => {
    const ada = await system.signUp();
    const proxy = await startProxy(system.gateway);
    proxy.next(Array(10).fill(errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' })), 'Me');
    proxy.next(['LOSE_RESPONSE'], 'CreateResource');
    const result = await page.evaluate(
      async ([url, accessToken, refreshToken]) => {
        const tokens = globalThis.client.memoryStore({ accessToken, refreshToken });
        const client = globalThis.client.createClient({ url, tokens, retry: { firstMs: 1 } });
        const users = await Promise.all(Array.from({ length: 10 }, () => client.me()));
        await client.create({ title: 'Once', image: await (await fetch('picture.png')).blob() });
        return { names: users.map(({ username }) => username), count: (await client.list()).totalCount };
      },
      [proxy.url, ada.accessToken, ada.refreshToken] as const,
    );
    expect(result).toEqual({ names: Array(10).fill(ada.username), count: 1 });
    expect(proxy.seen.filter(({ operation }) => operation === 'RefreshSession')).toHaveLength(1);
  });

  test('a create reports how much of it was sent, by the same rules as without', async () => {
    const ada = await system.signUp();
    const proxy = await startProxy(system.gateway);
    proxy.next(['LOSE_RESPONSE'], 'CreateResource');
    const result = await page.evaluate(
      async ([url, accessToken, refreshToken]) => {
        const tokens = globalThis.client.memoryStore({ accessToken, refreshToken });
        const client = globalThis.client.createClient({ url, tokens, retry: { firstMs: 1 } });
        const image = await (await fetch('picture.png')).blob();
        const reports: [sent: number, total: number][] = [];
        const options = { onProgress: (sent: number, total: number) => void reports.push([sent, total]) };
        await client.create({ title: 'Once', image }, options);
        const invalid: unknown = await client.create({ title: '', image }, options).catch((error: unknown) => error);
        return {
          isWhole: reports.length > 0 && reports.every(([sent, total]) => sent > 0 && sent <= total),
          isInvalid: globalThis.client.isApiError(invalid, 'BAD_USER_INPUT'),
          count: (await client.list()).totalCount,
        };
      },
      [proxy.url, ada.accessToken, ada.refreshToken] as const,
    );
    expect(result).toEqual({ isWhole: true, isInvalid: true, count: 1 });
  });

  test('a create that reports its progress rejects with the reason of an abort', async () => {
    const ada = await system.signUp();
    const proxy = await startProxy(system.gateway);
    proxy.next(['HANG'], 'CreateResource');
    const aborted = await page.evaluate(
      async ([url, accessToken, refreshToken]) => {
        const tokens = globalThis.client.memoryStore({ accessToken, refreshToken });
        const client = globalThis.client.createClient({ url, tokens });
        const controller = new AbortController();
        const onProgress = () => controller.abort(new Error('enough'));
        const input = { title: 'Aborted', image: await (await fetch('picture.png')).blob() };
        return String(
          await client.create(input, { onProgress, signal: controller.signal }).catch((error: unknown) => error),
        );
      },
      [proxy.url, ada.accessToken, ada.refreshToken] as const,
    );
    expect(aborted).toBe('Error: enough');
  });

  test('an error names CORS if its page may not be allowed, after one retry', async () => {
    const origins: unknown[] = [];
    const silent = await listen((request, response) => {
      origins.push(request.headers.origin);
      response.end();
    });
    const error = await page.evaluate(async (url) => {
      const client = globalThis.client.createClient({ url, retry: { firstMs: 1 } });
      const thrown: unknown = await client.me().catch((reason: unknown) => reason);
      if (!(thrown instanceof globalThis.client.ConnectionError)) throw thrown;
      return { mayBeCors: thrown.mayBeCors, message: thrown.message };
    }, silent.url);
    await silent.stop();
    expect(error.mayBeCors).toBe(true);
    expect(error.message).toContain('(CORS)');
    expect(error.message).toContain(`CORS_ORIGINS=${site.url}`);
    expect(origins).toEqual([site.url, site.url]);
  });

  test('a server that has responded before is retried as often as any', async () => {
    const ada = await system.signUp();
    const proxy = await startProxy(system.gateway);
    proxy.next(['CUT']);
    const evaluated = page.evaluate(
      async ([url, accessToken, refreshToken]) => {
        const tokens = globalThis.client.memoryStore({ accessToken, refreshToken });
        const client = globalThis.client.createClient({ url, tokens, retry: { firstMs: 1, attempts: 4 } });
        const { username } = await client.me();
        const failures: unknown[] = [];
        const onRetry = (error: unknown) => void failures.push((error as Client.ConnectionError).mayBeCors);
        const lost = await client
          .execute('query Lost { me { id } }', {}, { onRetry })
          .catch((error: unknown) => error as Client.ConnectionError);
        return { username, failures, mayBeCors: (lost as Client.ConnectionError).mayBeCors };
      },
      [proxy.url, ada.accessToken, ada.refreshToken] as const,
    );
    proxy.next(Array(20).fill('CUT'), 'Lost');
    expect(await evaluated).toEqual({ username: ada.username, failures: [false, false, false], mayBeCors: false });
  });

  test('an abort rejects with its reason', async () => {
    const result = await page.evaluate(async (url) => {
      const client = globalThis.client.createClient({ url });
      const controller = new AbortController();
      const user = client.me({ signal: controller.signal });
      controller.abort(new Error('enough'));
      return user.catch((error: Error) => error.message);
    }, system.gateway);
    expect(result).toBe('enough');
  });
});
