import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeInBrowser, openBrowser } from '../support/chromium.ts';
import { temporaryFolder } from '../support/files.ts';
import { viewer } from '../support/graphql/documents.ts';
import type { TestServer } from '../support/http/servers.ts';
import { serveFolder } from '../support/http/static-files.ts';
import { run, type Spawned } from '../support/systems/spawned.ts';

describeInBrowser('npm start, from a page of another port', () => {
  const folder = temporaryFolder();
  let site: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>A page</title>');
    site = await serveFolder(folder.path);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    folder.remove();
  });

  async function start(name: string, env: Record<string, string> = {}): Promise<Spawned & { gateway: string }> {
    const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
    const process = run('start.ts', { ...ports, DATA_FOLDER: join(folder.path, name), ...env });
    onTestFinished(async () => void (await process.end()));
    const [, gateway = ''] = await process.find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
    return { ...process, gateway };
  }

  /** Sends a query, with headers that take a preflight, from a page at `host`. Returns the code of its error. */
  async function callFrom(host: string, gateway: string): Promise<{ origin: string; result: unknown }> {
    const page = await browser.newPage();
    const { origin } = new URL(site.url.replace('127.0.0.1', host));
    await page.goto(origin);
    const result: unknown = await page.evaluate(
      async ([url, query]) => {
        const headers = { 'content-type': 'application/json', authorization: 'Bearer x' };
        const body = JSON.stringify({ query });
        try {
          const response = await fetch(url, { method: 'POST', headers, body });
          return ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;
        } catch (error) {
          return (error as Error).name;
        }
      },
      [gateway, String(viewer)] as const,
    );
    await page.close();
    return { origin, result };
  }

  test('any page of this machine may call it without a setting', async () => {
    const { gateway } = await start('plain');
    for (const host of ['localhost', '127.0.0.1'])
      expect(await callFrom(host, gateway)).toMatchObject({ result: 'UNAUTHENTICATED' });
  });

  test('the origins of CORS_ORIGINS alone may, and others are logged with the line that allows them', async () => {
    const { origin: allowed } = new URL(site.url);
    const { gateway, ...process } = await start('listed', { CORS_ORIGINS: allowed });
    expect(await callFrom('127.0.0.1', gateway)).toEqual({ origin: allowed, result: 'UNAUTHENTICATED' });
    const { origin, result } = await callFrom('localhost', gateway);
    expect(result).toBe('TypeError');
    const written = () => `${process.stdout()}${process.stderr()}`;
    await expect.poll(written, { timeout: 20_000 }).toContain(`CORS_ORIGINS=${allowed},${origin}`);
  });
});
