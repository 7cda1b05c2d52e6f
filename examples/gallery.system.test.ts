import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { deferred, errorResponse, startProxy } from '../clients/typescript/testing/proxy.ts';
import { describeInBrowser, openBrowser } from '../tests/support/chromium.ts';
import { fixture, temporaryFolder } from '../tests/support/files.ts';
import { logOutEverywhere } from '../tests/support/graphql/accounts.ts';
import { resourceCount } from '../tests/support/graphql/documents.ts';
import type { TestServer } from '../tests/support/http/servers.ts';
import { serveFolder } from '../tests/support/http/static-files.ts';
import { type System, startSystem } from '../tests/support/systems/system.ts';
import { type TestUser, uniqueName } from '../tests/support/systems/users.ts';

const password = 'correct horse battery staple';
const png = { name: 'four-colours.png', mimeType: 'image/png', buffer: fixture('four-colours.png') };
const text = { name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('no image') };

const toParts = ({ name, mimeType, buffer }: typeof png) => [name, mimeType, buffer.toString('base64')];

describeInBrowser('the gallery', () => {
  const folder = temporaryFolder();
  let site: TestServer;
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    site = await serveFolder(folder.path);
    system = await startSystem({}, { corsOrigins: [site.url] });
    const entryPoints = ['examples/gallery/gallery.ts'];
    await build({ entryPoints, bundle: true, format: 'esm', outdir: folder.path, logLevel: 'error' });
    copyFileSync('examples/gallery/gallery.css', join(folder.path, 'gallery.css'));
    writePage('index.html', system.gateway);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await site?.stop();
    folder.remove();
  });

  /** Writes the gallery's page with this gateway's URL. */
  function writePage(name: string, gateway: string): void {
    const html = readFileSync('examples/gallery/index.html', 'utf8');
    writeFileSync(join(folder.path, name), html.replace('http://127.0.0.1:4000/graphql', gateway));
  }

  /** Polls for up to 20 seconds, for slow machines. */
  const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: 20_000 });

  /** Opens a page in a new context. The test fails if the page logs an error. */
  async function openPage(path = '/'): Promise<Page> {
    const context = await browser.newContext();
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
    await page.goto(`${site.url}${path}`);
    return page;
  }

  /** Opens a page and logs in. */
  async function openAs(person: TestUser, path?: string): Promise<Page> {
    const page = await openPage(path);
    await logIn(page, person);
    return page;
  }

  /** Opens a page and logs in, with a proxy in front of the gateway. */
  async function openBehindProxy(person: TestUser) {
    const proxy = await startProxy(system.gateway);
    const name = `${uniqueName()}.html`;
    writePage(name, proxy.url);
    return { proxy, page: await openAs(person, `/${name}`) };
  }

  async function logIn(page: Page, { username, password }: TestUser): Promise<void> {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
  }

  /** The titles in the grid, in order. */
  const shown = (page: Page) => page.getByRole('listitem').getByRole('paragraph').allTextContents();

  /** Drops files on the page. A script as text, because the DOM types are not available here. */
  const drop = (page: Page, ...files: (typeof png)[]) =>
    page.evaluate(`{
      const dataTransfer = new DataTransfer();
      for (const [name, type, base64] of ${JSON.stringify(files.map(toParts))}) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name, { type }));
      }
      const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      document.getElementById('drop').dispatchEvent(event);
    }`);

  /** A user with pictures, and their titles, newest first. */
  async function withPictures(count: number) {
    const ada = await system.signUp();
    const titles = Array.from({ length: count }, (_, index) => `Picture ${index}`);
    for (const title of titles) await ada.create(title);
    return { ada, titles: titles.reverse() };
  }

  /** The serious and critical accessibility violations that axe reports. */
  async function accessibilityViolations(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ help }) => help);
  }

  test('a user registers, uploads a picture by drag and drop, deletes it, and logs out', async () => {
    const page = await openPage();
    await page.getByLabel('Username').fill(uniqueName());
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
    await drop(page, png);
    const picture = page.getByRole('img', { name: 'four-colours.png' });
    await eventually(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(32);
    expect(await page.getByRole('status').textContent()).toBe('Uploaded 1 of 1.');
    await page.getByRole('button', { name: 'Delete four-colours.png' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await picture.waitFor({ state: 'detached' });
    expect(await page.getByRole('status').textContent()).toBe('Deleted four-colours.png.');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  test('a reload stays logged in, and Show more loads the next page', async () => {
    const ada = await system.signUp();
    for (let number = 0; number < 26; number += 1) await ada.create(`Picture ${number}`);
    const page = await openAs(ada);
    await page.getByRole('button', { name: 'Show more' }).waitFor();
    expect(await page.getByRole('listitem').count()).toBe(24);
    await page.reload();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('img', { name: 'Picture 0', exact: true }).waitFor();
    expect(await page.getByRole('listitem').count()).toBe(26);
    expect(await page.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false);
  });

  test('uploads the images among several files, and names the other', async () => {
    const page = await openAs(await system.signUp());
    await page.getByLabel(/Drop pictures here/).setInputFiles([text, png]);
    await page.getByRole('img', { name: 'four-colours.png' }).waitFor();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/^text\.png: /);
  });

  test('files dropped during an upload join its batch', async () => {
    const { page, proxy } = await openBehindProxy(await system.signUp());
    const responses = [deferred(), deferred(), deferred()];
    proxy.next(
      responses.map(({ promise: after }) => ({ after })),
      'CreateResource',
    );
    const bar = page.locator('progress');
    const shows = () => bar.evaluate(({ value, max, hidden }: Record<string, unknown>) => ({ value, max, hidden }));
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    await eventually(shows).toEqual({ value: 0, max: 2, hidden: false });
    await drop(page, { ...png, name: 'three.png' });
    await eventually(shows).toEqual({ value: 0, max: 3, hidden: false });
    for (const [done, { resolve }] of responses.entries()) {
      await eventually(shows).toEqual({ value: done, max: 3, hidden: false });
      resolve();
    }
    await eventually(() => page.getByRole('status').textContent()).toBe('Uploaded 3 of 3.');
    expect(await bar.isVisible()).toBe(false);
    expect(await shown(page)).toEqual(['three.png', 'two.png', 'one.png']);
    await drop(page, png);
    await eventually(() => page.getByRole('status').textContent()).toBe('Uploaded 1 of 1.');
  });

  test('a log-out ends an upload, and the next user sees nothing of it', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    const { page, proxy } = await openBehindProxy(ada);
    const { promise: after, resolve: respond } = deferred();
    proxy.next([{ after }], 'CreateResource');
    const seen = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    await eventually(async () => seen('CreateResource')).toBe(1);
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn(page, bob);
    expect(await page.locator('progress').isVisible()).toBe(false);
    respond();
    await drop(page, { ...png, name: 'bobs.png' });
    await page.getByRole('img', { name: 'bobs.png' }).waitFor();
    expect(await page.getByRole('status').textContent()).toBe('Uploaded 1 of 1.');
    expect([await shown(page), seen('CreateResource')]).toEqual([['bobs.png'], 2]);
    expect((await bob.request.data(resourceCount)).resources?.totalCount).toBe(1);
  });

  test('pressing Show more twice quickly shows each picture once', async () => {
    const { ada, titles } = await withPictures(51);
    const page = await openAs(ada);
    await eventually(() => shown(page)).toEqual(titles.slice(0, 24));
    await page.evaluate(`{
      const button = document.getElementById('more');
      button.click();
      button.click();
    }`);
    await eventually(() => shown(page)).toEqual(titles.slice(0, 48));
    await page.getByRole('button', { name: 'Show more', disabled: false }).click();
    await eventually(() => shown(page)).toEqual(titles);
  });

  test('Show more continues after a failed page', async () => {
    const { ada, titles } = await withPictures(26);
    const { page, proxy } = await openBehindProxy(ada);
    const more = page.getByRole('button', { name: 'Show more', disabled: false });
    await eventually(() => shown(page)).toEqual(titles.slice(0, 24));
    for (const _ of [1, 2]) {
      proxy.next([errorResponse('INTERNAL_SERVER_ERROR')]);
      await more.click();
      await eventually(() => page.getByRole('alert').textContent()).toBe('No.');
    }
    await more.click();
    await eventually(() => shown(page)).toEqual(titles);
    expect(await page.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false);
  });

  test('Show more reloads a failed first page, and shows pictures uploaded meanwhile once', async () => {
    const { ada, titles } = await withPictures(1);
    const { page, proxy } = await openBehindProxy(ada);
    await eventually(() => shown(page)).toEqual(titles);
    proxy.next([errorResponse('INTERNAL_SERVER_ERROR')], 'Resources');
    await page.reload();
    await eventually(() => page.getByRole('alert').textContent()).toBe('No.');
    const { promise: after, resolve: respond } = deferred();
    proxy.next([{}, { after }], 'CreateResource');
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    const count = async () => (await ada.request.data(resourceCount)).resources?.totalCount;
    await eventually(count).toBe(3);
    await page.getByRole('button', { name: 'Show more', disabled: false }).click();
    await eventually(() => shown(page)).toEqual(['two.png', 'one.png', ...titles]);
    respond();
    await eventually(() => page.getByRole('status').textContent()).toBe('Uploaded 2 of 2.');
    expect(await shown(page)).toEqual(['two.png', 'one.png', ...titles]);
  });

  test('reports a wrong password, and returns to the form when the session was ended elsewhere', async () => {
    const ada = await system.signUp();
    const page = await openPage();
    await page.getByLabel('Username').fill(ada.username);
    await page.getByLabel('Password').fill('wrong horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/password/);
    await page.getByLabel('Password').fill(ada.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
    await ada.request.data(logOutEverywhere);
    // The resources subgraph learns of it a moment later.
    while ((await ada.request(resourceCount)).errors.length === 0) await page.waitForTimeout(50);
    await drop(page, png);
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/session has ended/);
  });

  test('the delete dialog closes when the session ends, and the form is usable', async () => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const { page, proxy } = await openBehindProxy(ada);
    const { promise: after, resolve: respond } = deferred();
    proxy.next([{ ...errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' }), after }], 'CreateResource');
    await drop(page, png);
    await page.getByRole('button', { name: 'Delete A picture' }).click();
    await page.getByRole('dialog').waitFor();
    await ada.request.data(logOutEverywhere);
    respond();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/session has ended/);
    await eventually(() => page.locator('dialog').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.name')).toBe('username');
    await page.getByRole('button', { name: 'Register' }).click({ trial: true });
  });

  test('works with the keyboard alone', async () => {
    const ada = await system.signUp();
    await ada.create('First');
    await ada.create('Second');
    const page = await openPage();
    // Registered early, so that the browser opens no dialog of its own.
    page.on('filechooser', (chooser) => void chooser.setFiles([png]));
    const focused = () => page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.name');
    await eventually(focused).toBe('username');
    await page.keyboard.type(ada.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ada.password);
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'First' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('img', { name: 'four-colours.png' }).waitFor();
    for (const label of ['Delete four-colours.png', 'Delete Second']) {
      await page.keyboard.press('Tab');
      await eventually(focused).toBe(label);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await eventually(focused).toBe('Delete Second');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'Second' }).waitFor({ state: 'detached' });
    await eventually(focused).toBe('Delete First');
  });

  test('asks again when Delete is pressed right after Keep', async () => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const page = await openAs(ada);
    await page.getByRole('button', { name: 'Delete A picture' }).waitFor();
    // The close event of a dialog comes a moment after it has closed.
    await page.evaluate(`{
      const button = document.querySelector('[aria-label="Delete A picture"]');
      button.click();
      document.querySelector('dialog').close();
      button.click();
    }`);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('img', { name: 'A picture' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  test.each(['light', 'dark'] as const)('has no serious accessibility violations in %s mode', async (colorScheme) => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const page = await openPage();
    await page.emulateMedia({ colorScheme });
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const inside = await openAs(ada);
    await inside.emulateMedia({ colorScheme });
    await inside.getByRole('img', { name: 'A picture' }).waitFor();
    expect(await accessibilityViolations(inside)).toEqual([]);
    await inside.getByRole('button', { name: 'Delete A picture' }).click();
    await inside.getByRole('dialog').waitFor();
    expect(await accessibilityViolations(inside)).toEqual([]);
  });
});
