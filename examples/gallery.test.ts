import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { promised, refusal, startProxy } from '../clients/typescript/testing/proxy.ts';
import { logOutEverywhere } from '../tests/support/accounts.ts';
import { describeInBrowser, openBrowser } from '../tests/support/chromium.ts';
import { resourceCount } from '../tests/support/documents.ts';
import type { TestServer } from '../tests/support/servers.ts';
import { serveFolder } from '../tests/support/static-files.ts';
import {
  fixture,
  type Person,
  type System,
  startSystem,
  temporaryFolder,
  uniqueName,
} from '../tests/support/system.ts';

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

  /** The gallery's page, with the API at this gateway. */
  function writePage(name: string, gateway: string): void {
    const html = readFileSync('examples/gallery/index.html', 'utf8');
    writeFileSync(join(folder.path, name), html.replace('http://127.0.0.1:4000/graphql', gateway));
  }

  /** Holds when it has come to hold, on a slow machine too. */
  const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: 20_000 });

  /** A page of its own, on which nothing may go wrong that the browser tells of. */
  async function openPage(path = '/'): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(`${site.url}${path}`);
    return page;
  }

  /** A page on which somebody is logged in. */
  async function openAs(person: Person, path?: string): Promise<Page> {
    const page = await openPage(path);
    await logIn(page, person);
    return page;
  }

  /** A page on which somebody is logged in, with a proxy before the gateway. */
  async function openBehindProxy(person: Person) {
    const proxy = await startProxy(system.gateway);
    const name = `${uniqueName()}.html`;
    writePage(name, proxy.url);
    return { proxy, page: await openAs(person, `/${name}`) };
  }

  async function logIn(page: Page, { username, password }: Person): Promise<void> {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
  }

  /** The titles that the grid shows, in its order. */
  const shown = (page: Page) => page.getByRole('listitem').getByRole('paragraph').allTextContents();

  /** Drops files as a browser would tell of it; the page's own types are not those of this side. */
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

  /** Somebody with so many pictures, and their titles, the newest first. */
  async function withPictures(count: number) {
    const ada = await system.signUp();
    const titles = Array.from({ length: count }, (_, index) => `Picture ${index}`);
    for (const title of titles) await ada.create(title);
    return { ada, titles: titles.reverse() };
  }

  /** What axe finds that keeps people from using the page. */
  async function seriousFindings(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ help }) => help);
  }

  test('somebody registers, drops a picture, sees it, deletes it, and logs out', async () => {
    const page = await openPage();
    await page.getByLabel('Username').fill(uniqueName());
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
    await drop(page, png);
    const picture = page.getByRole('img', { name: 'four-colours.png' });
    await eventually(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(32);
    expect(await page.getByRole('status').textContent()).toBe('1 of 1 uploaded.');
    await page.getByRole('button', { name: 'Delete four-colours.png' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await picture.waitFor({ state: 'detached' });
    expect(await page.getByRole('status').textContent()).toBe('four-colours.png is deleted.');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  test('a reload finds who is logged in, and shows the rest of many on request', async () => {
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

  test('of several files each that is an image is uploaded, and the other is named', async () => {
    const page = await openAs(await system.signUp());
    await page.getByLabel(/Drop pictures here/).setInputFiles([text, png]);
    await page.getByRole('img', { name: 'four-colours.png' }).waitFor();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/^text\.png: /);
  });

  test('what is dropped while an upload is under way is counted with it, and uploaded after it', async () => {
    const { page, proxy } = await openBehindProxy(await system.signUp());
    const holds = [promised(), promised(), promised()];
    proxy.next(
      holds.map(({ promise: after }) => ({ after })),
      'CreateResource',
    );
    const bar = page.locator('progress');
    const shows = () => bar.evaluate(({ value, max, hidden }: Record<string, unknown>) => ({ value, max, hidden }));
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    await eventually(shows).toEqual({ value: 0, max: 2, hidden: false });
    await drop(page, { ...png, name: 'three.png' });
    await eventually(shows).toEqual({ value: 0, max: 3, hidden: false });
    for (const [done, { keep }] of holds.entries()) {
      await eventually(shows).toEqual({ value: done, max: 3, hidden: false });
      keep();
    }
    await eventually(() => page.getByRole('status').textContent()).toBe('3 of 3 uploaded.');
    expect(await bar.isVisible()).toBe(false);
    expect(await shown(page)).toEqual(['three.png', 'two.png', 'one.png']);
    await drop(page, png);
    await eventually(() => page.getByRole('status').textContent()).toBe('1 of 1 uploaded.');
  });

  test('an upload ends with a log-out, and nothing of it comes to who logs in next', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    const { page, proxy } = await openBehindProxy(ada);
    const { promise: after, keep } = promised();
    proxy.next([{ after }], 'CreateResource');
    const seen = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    await eventually(async () => seen('CreateResource')).toBe(1);
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn(page, bob);
    expect(await page.locator('progress').isVisible()).toBe(false);
    keep();
    await drop(page, { ...png, name: 'bobs.png' });
    await page.getByRole('img', { name: 'bobs.png' }).waitFor();
    expect(await page.getByRole('status').textContent()).toBe('1 of 1 uploaded.');
    expect([await shown(page), seen('CreateResource')]).toEqual([['bobs.png'], 2]);
    expect((await bob.ask.data(resourceCount)).resources?.totalCount).toBe(1);
  });

  test('two quick presses of Show more show each picture once', async () => {
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

  test('after a page that failed the pictures go on where they were', async () => {
    const { ada, titles } = await withPictures(26);
    const { page, proxy } = await openBehindProxy(ada);
    const more = page.getByRole('button', { name: 'Show more', disabled: false });
    await eventually(() => shown(page)).toEqual(titles.slice(0, 24));
    for (const _ of [1, 2]) {
      proxy.next([refusal('INTERNAL_SERVER_ERROR')]);
      await more.click();
      await eventually(() => page.getByRole('alert').textContent()).toBe('No.');
    }
    await more.click();
    await eventually(() => shown(page)).toEqual(titles);
    expect(await page.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false);
  });

  test('a first page that failed is asked for again, and what was uploaded meanwhile is shown once', async () => {
    const { ada, titles } = await withPictures(1);
    const { page, proxy } = await openBehindProxy(ada);
    await eventually(() => shown(page)).toEqual(titles);
    proxy.next([refusal('INTERNAL_SERVER_ERROR')], 'Resources');
    await page.reload();
    await eventually(() => page.getByRole('alert').textContent()).toBe('No.');
    const { promise: after, keep } = promised();
    proxy.next([{}, { after }], 'CreateResource');
    await drop(page, { ...png, name: 'one.png' }, { ...png, name: 'two.png' });
    const count = async () => (await ada.ask.data(resourceCount)).resources?.totalCount;
    await eventually(count).toBe(3);
    await page.getByRole('button', { name: 'Show more', disabled: false }).click();
    await eventually(() => shown(page)).toEqual(['two.png', 'one.png', ...titles]);
    keep();
    await eventually(() => page.getByRole('status').textContent()).toBe('2 of 2 uploaded.');
    expect(await shown(page)).toEqual(['two.png', 'one.png', ...titles]);
  });

  test('a wrong password is said, and a session that was ended elsewhere leads back to the form', async () => {
    const ada = await system.signUp();
    const page = await openPage();
    await page.getByLabel('Username').fill(ada.username);
    await page.getByLabel('Password').fill('wrong horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/password/);
    await page.getByLabel('Password').fill(ada.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
    await ada.ask.data(logOutEverywhere);
    // The resources hear of it a moment later.
    while ((await ada.ask(resourceCount)).errors.length === 0) await page.waitForTimeout(50);
    await drop(page, png);
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/session has ended/);
  });

  test('the question whether to delete goes with the session, and the form is there to use', async () => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const { page, proxy } = await openBehindProxy(ada);
    const { promise: after, keep } = promised();
    proxy.next([{ ...refusal('UNAUTHENTICATED', { reason: 'EXPIRED' }), after }], 'CreateResource');
    await drop(page, png);
    await page.getByRole('button', { name: 'Delete A picture' }).click();
    await page.getByRole('dialog').waitFor();
    await ada.ask.data(logOutEverywhere);
    keep();
    await eventually(() => page.getByRole('alert').textContent()).toMatch(/session has ended/);
    await eventually(() => page.locator('dialog').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.name')).toBe('username');
    await page.getByRole('button', { name: 'Register' }).click({ trial: true });
  });

  test('everything is done by keyboard', async () => {
    const ada = await system.signUp();
    await ada.create('First');
    await ada.create('Second');
    const page = await openPage();
    // Asked for in time: from then on the browser opens no dialog of its own.
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

  test('who keeps a picture and asks again in the same instant is asked again', async () => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const page = await openAs(ada);
    await page.getByRole('button', { name: 'Delete A picture' }).waitFor();
    // The browser tells of a dialog that it has been closed a moment after it is.
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

  test.each(['light', 'dark'] as const)('axe finds nothing serious, when it is %s', async (colorScheme) => {
    const ada = await system.signUp();
    await ada.create('A picture');
    const page = await openPage();
    await page.emulateMedia({ colorScheme });
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const inside = await openAs(ada);
    await inside.emulateMedia({ colorScheme });
    await inside.getByRole('img', { name: 'A picture' }).waitFor();
    expect(await seriousFindings(inside)).toEqual([]);
    await inside.getByRole('button', { name: 'Delete A picture' }).click();
    await inside.getByRole('dialog').waitFor();
    expect(await seriousFindings(inside)).toEqual([]);
  });
});
