import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type * as Client from '../../clients/typescript/index.ts';
import { describeInBrowser, openBrowser } from '../support/chromium.ts';
import { temporaryFolder } from '../support/files.ts';
import { requestTo, untyped } from '../support/graphql/request.ts';
import { listen, type TestServer } from '../support/http/servers.ts';
import { serveFolder } from '../support/http/static-files.ts';
import { packClient } from '../support/packed-client.ts';
import { run, type Spawned } from '../support/systems/spawned.ts';

/** Mistakes of the first hour with `npm start`. What a message says is done to the letter, and then it works. */

const folder = temporaryFolder();
afterAll(() => folder.remove());

const freePorts = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
let started = 0;

function begin(env: Record<string, string>): Spawned {
  started += 1;
  const process = run('start.ts', { ...freePorts, DATA_FOLDER: join(folder.path, `data-${started}`), ...env });
  onTestFinished(async () => void (await process.end()));
  return process;
}

async function start(env: Record<string, string> = {}): Promise<Spawned & { gateway: string }> {
  const process = begin(env);
  const [, gateway = ''] = await process.find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
  return { ...process, gateway };
}

/** Reads a setting, such as `CORS_ORIGINS=https://app.example`, from what somebody may copy it. */
function settingIn(text: string): Record<string, string> {
  const [, name, value = ''] = /\b([A-Z][A-Z_]+)=([\w.:,/[\]-]*[\w/\]])/.exec(text) ?? [];
  return name === undefined ? expect.fail(`There is no setting in: ${text}`) : { [name]: value };
}

/** Waits for a line of the log. */
async function lineOf(process: Spawned, text: string): Promise<string> {
  const find = () => `${process.stdout()}\n${process.stderr()}`.split('\n').find((line) => line.includes(text));
  await expect.poll(find, { timeout: 20_000 }).toBeDefined();
  return find() ?? '';
}

test('the variable that a taken port is blamed on moves the server to another', async () => {
  const other = await listen(() => {});
  onTestFinished(() => other.stop());
  const { port } = new URL(other.url);
  const failed = begin({ GATEWAY_PORT: port });
  expect(await failed.exitCode).toBe(1);
  expect(failed.stderr()).toContain(`Port ${port} is taken`);
  const [, variable = ''] = /\bset (\w+) to another/.exec(failed.stderr()) ?? [];
  const { gateway } = await start({ GATEWAY_PORT: port, [variable]: '0' });
  expect(await requestTo(gateway).data(untyped('{ __typename }'))).toEqual({ __typename: 'Query' });
});

describeInBrowser('in a browser', () => {
  let site: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    await packClient(folder.path);
    const built = join(folder.path, 'client', 'dist');
    writeFileSync(join(built, 'page.js'), `import * as client from './index.js'; globalThis.client = client;`);
    writeFileSync(join(built, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
    site = await serveFolder(built);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Opens a page of this machine at another port, by one of the machine's names. */
  async function openPage(host = '127.0.0.1'): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(site.url.replace('127.0.0.1', host));
    await page.waitForFunction(() => globalThis.client !== undefined);
    return page;
  }

  /** Registers an account by the client, which takes preflights. Returns the name of the account, or the error. */
  function registerFrom(page: Page, url: string): Promise<{ username?: string; message?: string; attempts: number }> {
    return page.evaluate(async (gateway) => {
      let attempts = 0;
      const counting: typeof fetch = (...request) => {
        attempts += 1;
        return fetch(...request);
      };
      const { createClient } = globalThis.client;
      const client = createClient({ url: gateway, fetch: counting, retry: { firstMs: 1 } });
      try {
        const { username } = await client.register({ username: 'ada', password: 'correct horse battery' });
        return { username, attempts };
      } catch (error) {
        return { message: (error as Error).message, attempts };
      }
    }, url);
  }
  const registered = { username: 'ada', attempts: 1 };

  test.each(['localhost', '127.0.0.1'])('a page on %s may call it without a setting', async (host) => {
    const { gateway } = await start();
    expect(await registerFrom(await openPage(host), gateway)).toEqual(registered);
  });

  test('the line that the log names for another origin allows it, beside those that were allowed', async () => {
    const allowed = 'https://app.example';
    const process = await start({ CORS_ORIGINS: allowed });
    const page = await openPage();
    expect(await registerFrom(page, process.gateway)).toMatchObject({ message: expect.any(String) });
    const setting = settingIn(await lineOf(process, 'origin not allowed'));
    expect(setting).toEqual({ CORS_ORIGINS: `${allowed},${new URL(site.url).origin}` });
    const { gateway } = await start(setting);
    expect(await registerFrom(page, gateway)).toEqual(registered);
  });

  test('the setting that the error of the client names allows its page, and it retries once before', async () => {
    const { gateway: closed } = await start({ CORS_ORIGINS: 'https://app.example' });
    const page = await openPage('localhost');
    const { message = '', attempts } = await registerFrom(page, closed);
    expect(message).toContain('CORS');
    expect(attempts).toBeLessThanOrEqual(2);
    const { gateway } = await start(settingIn(message));
    expect(await registerFrom(page, gateway)).toEqual(registered);
  });

  test('a URL of https has its reason in the log, and its error in README.md', async () => {
    const process = await start();
    // In a page of its own: the browser shows its error later.
    const open = async (url: string) => {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      return page.goto(url);
    };
    const https = process.gateway.replace('http:', 'https:');
    const error = await open(https).catch((reason: unknown) => reason as Error);
    const [code = ''] = /ERR_SSL_\w+/.exec(String(error)) ?? [];
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const row = readme.split('\n').find((line) => line.includes(code)) ?? '';
    expect(row).toContain('`http://');
    const [, scheme = ''] = /a URL that begins with (\w+:)/.exec(await lineOf(process, 'not https')) ?? [];
    expect((await open(https.replace('https:', scheme)))?.status()).toBe(200);
  });

  test('a WebSocket has its reason in the log', async () => {
    const process = await start();
    const page = await openPage();
    const opened = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url, 'graphql-transport-ws');
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        }),
      process.gateway.replace('http:', 'ws:'),
    );
    expect(opened).toBe(false);
    expect(await lineOf(process, 'WebSocket')).toContain('by POST to /graphql');
  });
});

declare global {
  /** The client's module in the page. */
  var client: typeof Client;
}
