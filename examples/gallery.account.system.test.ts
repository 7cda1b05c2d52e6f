import { expect, test } from 'vitest';
import { deferred, errorResponse } from '../clients/typescript/testing/proxy.ts';
import { describeInBrowser } from '../tests/support/chromium.ts';
import { fixture } from '../tests/support/files.ts';
import { logOutEverywhere } from '../tests/support/graphql/accounts.ts';
import { resourceCount } from '../tests/support/graphql/documents.ts';
import { uniqueName } from '../tests/support/systems/users.ts';
import { accessibilityViolations, eventually, give, setUpGallery, titlesOf, uploadOf } from './testing/gallery-page.ts';

const png = { name: 'four-colours.png', mimeType: 'image/png', buffer: fixture('four-colours.png') };

describeInBrowser('the gallery', () => {
  const gallery = setUpGallery();

  test('a user registers, stays logged in over a reload, and logs out', async () => {
    const page = await gallery.open();
    await page.getByLabel('Username').fill(uniqueName());
    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Register' }).click();
    await eventually(() => page.locator('#empty').textContent()).toMatch(/no pictures yet/);
    await page.reload();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  test('a wrong password and a taken name are reported in the form', async () => {
    const ada = await gallery.system().signUp();
    const page = await gallery.open();
    const error = page.locator('#sign-in-error');
    await page.getByLabel('Username').fill(ada.username);
    await page.getByLabel('Password').fill('wrong horse battery');
    await page.getByRole('button', { name: 'Log in' }).click();
    await eventually(() => error.textContent()).toBe('The username or the password is wrong.');
    await page.getByRole('button', { name: 'Register' }).click();
    await eventually(() => error.textContent()).toBe('This username is taken. Choose another one.');
  });

  test('the form returns when the session was ended elsewhere', async () => {
    const ada = await gallery.system().signUp();
    const page = await gallery.openAs(ada);
    await ada.request.data(logOutEverywhere);
    // The resources subgraph learns of it a moment later.
    while ((await ada.request(resourceCount)).errors.length === 0) await page.waitForTimeout(50);
    await give(page, 'drop', png);
    await eventually(() => page.locator('#sign-in-error').textContent()).toMatch(/session has ended/);
    expect(await page.evaluate('document.activeElement.name')).toBe('username');
  });

  test('works with the keyboard alone', async () => {
    const ada = await gallery.system().signUp();
    await ada.create('First');
    await ada.create('Second');
    const page = await gallery.open();
    // Registered early, so that the browser opens no dialog of its own.
    page.on('filechooser', (chooser) => void chooser.setFiles([png]));
    const focused = () =>
      page.evaluate<string>(
        '(({ ariaLabel, name, textContent }) => ariaLabel || name || textContent)(document.activeElement)',
      );
    const tabTo = async (label: string) => {
      for (let presses = 0; (await focused()) !== label; presses += 1) {
        if (presses > 20) expect.fail(`Tab does not reach ${label}.`);
        await page.keyboard.press('Tab');
      }
    };
    await eventually(focused).toBe('username');
    await page.keyboard.type(ada.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ada.password);
    await page.keyboard.press('Enter');
    await eventually(focused).toBe('Add pictures');
    await page.keyboard.press('Space');
    await eventually(() => titlesOf(page)).toEqual(['four-colours', 'Second', 'First']);
    await tabTo('Delete Second');
    await page.keyboard.press('Enter');
    await eventually(focused).toBe('Delete First');
    await tabTo('Undo');
    await page.keyboard.press('Enter');
    await eventually(focused).toBe('Delete Second');
    expect(await titlesOf(page)).toEqual(['four-colours', 'Second', 'First']);
  });

  test.each([
    ['light', 1_280],
    ['dark', 1_280],
    ['light', 360],
    ['dark', 360],
  ] as const)('axe finds nothing in any state: %s, %i pixels wide', async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 740 } };
    const ada = await gallery.system().signUp();
    const violations: Record<string, string[]> = {};
    const check = async (state: string, page: Awaited<ReturnType<typeof gallery.open>>) => {
      violations[state] = await accessibilityViolations(page);
      const scrollWidth = await page.evaluate('document.documentElement.scrollWidth');
      if (scrollWidth !== width) violations[state].push(`${scrollWidth} pixels wide`);
    };
    const form = await gallery.open(options);
    await form.getByLabel('Username').fill(ada.username);
    await form.getByLabel('Password').fill('wrong horse battery');
    await form.getByRole('button', { name: 'Log in' }).click();
    await eventually(() => form.locator('#sign-in-error').textContent()).not.toBe('');
    await check('an error in the form', form);

    const { page, proxy } = await gallery.openBehindProxy(ada, options);
    await page.locator('#empty').waitFor();
    await check('empty', page);
    await ada.create('A picture with a title that is far longer than a picture is wide, and then longer still');
    await ada.create('Another');
    await page.reload();
    await eventually(async () => (await titlesOf(page)).length).toBe(2);
    const { promise: after, resolve } = deferred();
    proxy.next([{ after }, errorResponse('INTERNAL_SERVER_ERROR')], 'CreateResource');
    await give(page, 'drop', png);
    await uploadOf(page, png.name).getByText('Being stored').waitFor();
    await give(page, 'drop', { ...png, name: 'other.png' });
    await page.getByRole('button', { name: 'Try again: other.png' }).waitFor();
    await check('uploading and failed', page);
    resolve();
    await page.getByRole('button', { name: 'Delete Another' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await check('undo offered', page);
    proxy.next([errorResponse('INTERNAL_SERVER_ERROR')], 'ResourcePages');
    await page.getByLabel('Order').selectOption('By title');
    await page.getByRole('button', { name: 'Try again', exact: true }).last().waitFor();
    await check('list failed', page);
    expect(Object.entries(violations).filter(([, found]) => found.length > 0)).toEqual([]);
  });
});
