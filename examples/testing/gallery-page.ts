import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type Proxy as GatewayProxy, startProxy } from '../../clients/typescript/testing/proxy.ts';
import { openBrowser } from '../../tests/support/chromium.ts';
import { temporaryFolder } from '../../tests/support/files.ts';
import type { TestServer } from '../../tests/support/http/servers.ts';
import { serveFolder } from '../../tests/support/http/static-files.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { type TestUser, uniqueName } from '../../tests/support/systems/users.ts';

/** A file to upload. */
export interface ChosenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export interface OpenOptions extends BrowserContextOptions {
  /** In place of the system's gateway. */
  gateway?: string;
}

type Credentials = Pick<TestUser, 'username' | 'password'>;

/** A running system, and the gallery's page for it. */
export interface Gallery {
  system(): System;
  /** Opens the page in a new context. The test fails if the page logs an error. */
  open(options?: OpenOptions): Promise<Page>;
  /** Opens the page and logs in. */
  openAs(user: Credentials, options?: OpenOptions): Promise<Page>;
  /** Opens the page and logs in, with a proxy in front of the gateway. */
  openBehindProxy(user: Credentials, options?: OpenOptions): Promise<{ proxy: GatewayProxy; page: Page }>;
}

const root = new URL('../gallery/', import.meta.url).pathname;

/** Starts a system, a server of the gallery's files and a browser for the tests of a file. */
export function setUpGallery(): Gallery {
  const folder = temporaryFolder();
  let site: TestServer;
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    site = await serveFolder(folder.path);
    system = await startSystem({}, { corsOrigins: [site.url] });
    await build({
      ...{ entryPoints: [join(root, 'gallery.ts')], outdir: folder.path },
      ...{ bundle: true, format: 'esm', logLevel: 'error' },
    });
    copyFileSync(join(root, 'gallery.css'), join(folder.path, 'gallery.css'));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await site?.stop();
    folder.remove();
  });

  const open: Gallery['open'] = async ({ gateway = system.gateway, ...options } = {}) => {
    const name = `${uniqueName()}.html`;
    const html = readFileSync(join(root, 'index.html'), 'utf8');
    writeFileSync(join(folder.path, name), html.replace('http://127.0.0.1:4000/graphql', gateway));
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const pageErrors: string[] = [];
    page.on('pageerror', (error) => pageErrors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') pageErrors.push(message.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(pageErrors).toEqual([]);
    });
    await page.goto(`${site.url}/${name}`);
    return page;
  };
  const openAs: Gallery['openAs'] = async (user, options) => {
    const page = await open(options);
    await logIn(page, user);
    return page;
  };
  return {
    system: () => system,
    open,
    openAs,
    async openBehindProxy(user, options) {
      const proxy = await startProxy(system.gateway);
      return { proxy, page: await openAs(user, { ...options, gateway: proxy.url }) };
    },
  };
}

export async function logIn(page: Page, { username, password }: Credentials) {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
}

/** Polls for up to 20 seconds, for slow machines. */
export const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: 20_000 });

/** The titles in the grid, in order. */
export const titlesOf = (page: Page) => page.locator('#pictures .title').allTextContents();

/** The text of each upload's line, by the name of its file. */
export const uploadOf = (page: Page, name: string) => page.locator('#upload-list > li', { hasText: name });

/** Drops or pastes files. A script as text, because the DOM types are not available here. */
export const give = (page: Page, how: 'drop' | 'paste', ...files: ChosenFile[]) =>
  page.evaluate(`{
    const data = new DataTransfer();
    for (const [name, type, base64] of ${JSON.stringify(files.map(toParts))}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    const init = { bubbles: true, cancelable: true };
    const event = '${how}' === 'drop'
      ? new DragEvent('drop', { ...init, dataTransfer: data })
      : new ClipboardEvent('paste', { ...init, clipboardData: data });
    document.getElementById('gallery').dispatchEvent(event);
  }`);

const toParts = ({ name, mimeType, buffer }: ChosenFile) => [name, mimeType, buffer.toString('base64')];

/** Chooses a file for the picture of this title, by its button. */
export async function replacePicture(page: Page, title: string, file: ChosenFile): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: `Replace ${title}` }).click();
  await (await chooser).setFiles(file);
}

/** All that axe finds. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
