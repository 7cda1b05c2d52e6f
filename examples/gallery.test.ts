import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logOutEverywhere } from '../tests/accounts.ts';
import { describeInBrowser, openBrowser } from '../tests/chromium.ts';
import { resourceCount } from '../tests/documents.ts';
import type { TestServer } from '../tests/servers.ts';
import { serveFolder } from '../tests/static-files.ts';
import { fixture, type Person, type System, startSystem, temporaryFolder, uniqueName } from '../tests/system.ts';

const password = 'correct horse battery staple';
const png = { name: 'four-colours.png', mimeType: 'image/png', buffer: fixture('four-colours.png') };
const text = { name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('no image') };

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
    const html = readFileSync('examples/gallery/index.html', 'utf8');
    writeFileSync(join(folder.path, 'index.html'), html.replace('http://127.0.0.1:4000/graphql', system.gateway));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await site?.stop();
    folder.remove();
  });

  /** Holds when it has come to hold, on a slow machine too. */
  const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: 20_000 });

  /** A page of its own, on which nothing may go wrong that the browser tells of. */
  async function openPage(): Promise<Page> {
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
    await page.goto(site.url);
    return page;
  }

  /** A page on which somebody is logged in. */
  async function openAs({ username, password }: Pick<Person, 'username' | 'password'>): Promise<Page> {
    const page = await openPage();
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Your pictures' }).waitFor();
    return page;
  }

  /** Drops a file as a browser would tell of it; the page's own types are not those of this side. */
  const drop = (page: Page, { name, mimeType, buffer }: typeof png) =>
    page.evaluate(`{
      const dataTransfer = new DataTransfer();
      const bytes = Uint8Array.from(atob('${buffer.toString('base64')}'), (character) => character.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], '${name}', { type: '${mimeType}' }));
      const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      document.getElementById('drop').dispatchEvent(event);
    }`);

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
