import sharp from 'sharp';
import { expect, test } from 'vitest';
import { errorResponse } from '../clients/typescript/testing/proxy.ts';
import { describeInBrowser } from '../tests/support/chromium.ts';
import { fixture } from '../tests/support/files.ts';
import { createStored, resourceCount } from '../tests/support/graphql/documents.ts';
import type { TestUser } from '../tests/support/systems/users.ts';
import { eventually, replacePicture, setUpGallery, titlesOf } from './testing/gallery-page.ts';

const png = { name: 'four-colours.png', mimeType: 'image/png', buffer: fixture('four-colours.png') };

/** Creates pictures of these shapes; their titles are their numbers. */
async function createPictures(user: TestUser, sizes: [width: number, height: number][]): Promise<void> {
  for (const [at, [width, height]] of sizes.entries()) {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#6a8' } })
      .png()
      .toBuffer();
    const input = { title: `Picture ${at}`, image: { data: bytes.toString('base64') } };
    await user.request.data(createStored, { input });
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `Picture ${at}`);
const squares = (count: number) => Array.from({ length: count }, (): [number, number] => [8, 8]);

describeInBrowser('the pictures of the gallery', () => {
  const gallery = setUpGallery();

  test.each([360, 1_280])('fill rows of a window %i pixels wide, in their own shapes', async (width) => {
    const ada = await gallery.system().signUp();
    await createPictures(ada, [
      ...([
        [40, 30],
        [30, 40],
        [60, 20],
        [30, 30],
        [40, 30],
      ] as [number, number][]),
      ...([
        [30, 40],
        [45, 30],
        [30, 30],
        [90, 10],
        [10, 90],
      ] as [number, number][]),
    ]);
    const page = await gallery.openAs(ada, { viewport: { width, height: 800 } });
    await eventually(() => titlesOf(page)).toHaveLength(10);
    const measure = () =>
      page.evaluate<[top: number, left: number, right: number, shape: number, natural: number][]>(
        `[...document.querySelectorAll('#pictures > li')].map((item) => {
          const { top, left, right, width, height } = item.querySelector('a').getBoundingClientRect();
          const image = item.querySelector('img');
          return [top, left, right, width / height, image.width && image.getAttribute('width') / image.getAttribute('height')];
        })`,
      );
    const boxes = await measure();
    const [listLeft, listRight] = await page.evaluate<[number, number]>(
      `(({ left, right }) => [left, right])(document.getElementById('pictures').getBoundingClientRect())`,
    );
    const tops = [...new Set(boxes.map(([top]) => top))];
    const rows = tops.map((top) => boxes.filter(([other]) => other === top));
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows.slice(0, -1)) {
      expect(row[0]?.[1]).toBe(listLeft);
      expect(row.at(-1)?.[2]).toBe(listRight);
    }
    for (const [, , , shape, natural] of boxes) {
      expect(Math.abs(shape - Math.min(4, Math.max(0.6, natural)))).toBeLessThan(0.3);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.setViewportSize({ width: width + 300, height: 800 });
    await eventually(measure).not.toEqual(boxes);
  });

  test('come as far as somebody scrolls', async () => {
    const ada = await gallery.system().signUp();
    await createPictures(ada, squares(130));
    const { page, proxy } = await gallery.openBehindProxy(ada, { viewport: { width: 1_000, height: 400 } });
    const newestFirst = numbered(130).reverse();
    await eventually(() => titlesOf(page)).not.toEqual([]);
    await page.locator('#list-end').waitFor({ state: 'hidden' });
    const first = await titlesOf(page);
    expect(first).toEqual(newestFirst.slice(0, first.length));
    expect(first.length).toBeLessThan(130);
    const pages = () => proxy.seen.filter(({ operation }) => operation === 'ResourcePages').length;
    const before = pages();
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 2_000);
          return titlesOf(page);
        },
        { timeout: 30_000, interval: 50 },
      )
      .toEqual(newestFirst);
    expect(pages()).toBeGreaterThan(before);
  });

  test('can be loaded on after a failure, and none comes twice', async () => {
    const ada = await gallery.system().signUp();
    await createPictures(ada, squares(50));
    const { page, proxy } = await gallery.openBehindProxy(ada, { viewport: { width: 500, height: 300 } });
    await eventually(async () => (await titlesOf(page)).length).toBeGreaterThanOrEqual(24);
    await page.locator('#list-end').waitFor({ state: 'hidden' });
    expect((await titlesOf(page)).length).toBeLessThan(50);
    proxy.next([errorResponse('INTERNAL_SERVER_ERROR')], 'ResourcePages');
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 2_000);
          return page.locator('#list-error').textContent();
        },
        { timeout: 30_000, interval: 50 },
      )
      .toMatch(/could not be loaded/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 2_000);
          return titlesOf(page);
        },
        { timeout: 30_000, interval: 50 },
      )
      .toEqual(numbered(50).reverse());
    expect(await page.locator('#list-error').textContent()).toBe('');
  });

  test('are searched and sorted', async () => {
    const ada = await gallery.system().signUp();
    for (const title of ['Beach', 'Alps', 'Beech', 'Zoo']) await ada.create(title);
    const page = await gallery.openAs(ada);
    await eventually(() => titlesOf(page)).toEqual(['Zoo', 'Beech', 'Alps', 'Beach']);
    await page.getByLabel('Order').selectOption('By title');
    await eventually(() => titlesOf(page)).toEqual(['Alps', 'Beach', 'Beech', 'Zoo']);
    await page.getByLabel(/Search/).fill('be');
    await eventually(() => titlesOf(page)).toEqual(['Beach', 'Beech']);
    await page.getByLabel(/Search/).fill('nothing');
    await eventually(() => page.locator('#empty').textContent()).toBe('No picture matches “nothing”.');
    await page.getByLabel(/Search/).fill('');
    await page.getByLabel('Order').selectOption('Oldest first');
    await eventually(() => titlesOf(page)).toEqual(['Beach', 'Alps', 'Beech', 'Zoo']);
  });

  test('one is replaced behind its URL, and shown at once in its new shape', async () => {
    const ada = await gallery.system().signUp();
    await ada.create('A picture');
    const page = await gallery.openAs(ada);
    const picture = page.getByRole('img', { name: 'A picture' });
    const natural = () => picture.evaluate<number, { naturalWidth: number }>((image) => image.naturalWidth);
    await eventually(natural).toBe(32);
    const tall = await sharp({ create: { width: 30, height: 50, channels: 3, background: '#246' } })
      .png()
      .toBuffer();
    await replacePicture(page, 'A picture', { ...png, buffer: tall });
    await eventually(natural).toBe(30);
    await eventually(() => page.getByRole('status').textContent()).toMatch(/^Replaced A picture\. Stored as it is/);
    const shape = await picture.evaluate<number, { clientWidth: number; clientHeight: number }>(
      ({ clientWidth, clientHeight }) => clientWidth / clientHeight,
    );
    expect(shape).toBeCloseTo(0.6, 1);
  });

  test('one that cannot be replaced says why, at its place, and keeps its image', async () => {
    const ada = await gallery.system().signUp();
    await ada.create('A picture');
    await ada.create('Another');
    const page = await gallery.openAs(ada);
    await replacePicture(page, 'A picture', { ...png, name: 'text.png', buffer: Buffer.from('no image') });
    const item = page.getByRole('listitem').filter({ hasText: 'A picture' });
    await eventually(() => item.getByRole('alert').textContent()).toMatch(/damaged, or of a kind/);
    expect(await page.getByRole('alert').count()).toBe(1);
    await replacePicture(page, 'A picture', png);
    await eventually(() => item.getByRole('alert').count()).toBe(0);
  });

  test('a deletion can be undone, by its button and by the keyboard', async () => {
    const ada = await gallery.system().signUp();
    for (const title of ['One', 'Two', 'Three']) await ada.create(title);
    const page = await gallery.openAs(ada);
    for (const undo of [
      () => page.getByRole('button', { name: 'Undo' }).click(),
      () => page.keyboard.press('Control+z'),
    ]) {
      await page.getByRole('button', { name: 'Delete Two' }).click();
      await eventually(() => titlesOf(page)).toEqual(['Three', 'One']);
      await undo();
      await eventually(() => titlesOf(page)).toEqual(['Three', 'Two', 'One']);
      expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
    }
    expect((await ada.request.data(resourceCount)).resources?.totalCount).toBe(3);
  });

  test('a deletion is sent when the time to undo it is over, and waits while the offer has the focus', async () => {
    const ada = await gallery.system().signUp();
    await ada.create('One');
    const page = await gallery.openAs(ada);
    await page.clock.install();
    await page.getByRole('button', { name: 'Delete One' }).click();
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.clock.runFor(60_000);
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Add pictures' }).focus();
    await page.clock.runFor(10_000);
    const count = async () => (await ada.request.data(resourceCount)).resources?.totalCount;
    await eventually(count).toBe(0);
    expect(await page.locator('#empty').textContent()).toMatch(/no pictures yet/);
  });

  test.each(['closed', 'left', 'logged out of'])('a deletion is sent when the page is %s', async (how) => {
    const ada = await gallery.system().signUp();
    await ada.create('One');
    const page = await gallery.openAs(ada);
    await page.getByRole('button', { name: 'Delete One' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    if (how === 'closed') await page.close({ runBeforeUnload: true });
    else if (how === 'left') await page.goto('about:blank');
    else await page.getByRole('button', { name: 'Log out' }).click();
    const count = async () => (await ada.request.data(resourceCount)).resources?.totalCount;
    await eventually(count).toBe(0);
  });

  test('one that cannot be deleted comes back, and says why', async () => {
    const ada = await gallery.system().signUp();
    for (const title of ['One', 'Two', 'Three']) await ada.create(title);
    const { page, proxy } = await gallery.openBehindProxy(ada);
    await page.clock.install();
    proxy.next([errorResponse('NOT_FOUND')], 'DeleteResource');
    await page.getByRole('button', { name: 'Delete Two' }).click();
    await page.clock.runFor(10_000);
    await eventually(() => titlesOf(page)).toEqual(['Three', 'Two', 'One']);
    const item = page.getByRole('listitem').filter({ hasText: 'Two' });
    expect(await item.getByRole('alert').textContent()).toBe('This picture was deleted elsewhere.');
  });
});
