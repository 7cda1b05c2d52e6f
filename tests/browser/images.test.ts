import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { fixture } from '../support/files.ts';
import { resourceCount } from '../support/graphql/documents.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

interface Resource {
  image: { url: string; sha256: string };
}

/** Named like a tab of the mission, which it replaces. */
const withAliases = graphql(`
  query ListWithOwners { me { mine: resources { edges { node { ...R } } } } }
  fragment R on Resource { named: title picture: image { ... on Image { at: url } } }
`);

/** Returns the loaded images on the page, with their alt attributes and sizes in pixels. */
const imagesOn = (page: Page) =>
  page.evaluate<{ alt: string; width: number; height: number }[]>(
    `[...document.querySelectorAll('.response-images img')].filter(({ complete }) => complete)
      .map(({ alt, naturalWidth: width, naturalHeight: height }) => ({ alt, width, height }))`,
  );

const input = async (text: (editor: 'variables') => Promise<string>) => JSON.parse(await text('variables')).input;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the images of a response', () => {
  test('are shown in its tab only, with their titles as alt attributes', async () => {
    const { page, run, show } = await openExplorer();
    await run('Register');
    expect(await imagesOn(page)).toEqual([]);
    await run('CreateResource');
    await expect.poll(() => imagesOn(page)).toEqual([{ alt: 'Hills by day', width: 160, height: 120 }]);
    await show('Register');
    expect(await imagesOn(page)).toEqual([]);
    await show('CreateResource');
    await expect.poll(() => imagesOn(page)).toHaveLength(1);
    await run('CreateResource');
    await run('ReplaceImage');
    await run('ListWithOwners');
    await expect
      .poll(async () => (await imagesOn(page)).map(({ alt }) => alt))
      .toEqual(['Hills by night', 'Hills by day']);
  });

  test('are found under any alias, and other URLs are not shown as images', async () => {
    const { page, system, run, show, write } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    const data = fixture('four-colours.gif').toString('base64');
    const title = `${system.gateway}/no-image.png`;
    await write('variables', JSON.stringify({ input: { title, image: { data } } }));
    await run('CreateResource');
    await show('ListWithOwners');
    await write('operation', String(withAliases));
    await run('ListWithOwners');
    await expect.poll(() => imagesOn(page)).toEqual([{ alt: title, width: 32, height: 24 }]);
  });

  test('are reloaded after a replacement, though their URL stays the same', async () => {
    const { page, run, show, write, text } = await openExplorer();
    await run('Register');
    await run('CreateResource');
    await expect.poll(() => imagesOn(page)).toMatchObject([{ width: 160 }]);
    await run('ListWithOwners');
    await expect.poll(() => imagesOn(page)).toMatchObject([{ width: 160 }]);
    await show('ReplaceImage');
    const { id } = await input(text);
    const data = fixture('four-colours.jpg').toString('base64');
    await write('variables', JSON.stringify({ input: { id, image: { data } } }));
    await run('ReplaceImage');
    await expect.poll(() => imagesOn(page)).toMatchObject([{ width: 32 }]);
    await run('ListWithOwners');
    await expect.poll(() => imagesOn(page)).toMatchObject([{ width: 32 }]);
  });
});

/** Dispatches the drop of one or more files with the same bytes in the middle of the page. */
async function drop(page: Page, name: string | string[], bytes: Buffer): Promise<void> {
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (char) => char.charCodeAt(0));
    for (const name of ${JSON.stringify([name].flat())}) dataTransfer.items.add(new File([bytes], name));
    const target = document.elementFromPoint(innerWidth / 3, innerHeight / 2);
    for (const type of ['dragenter', 'dragover', 'drop'])
      target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
  })()`);
}

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** Drags a file or folder over the page through the DevTools protocol, as the browser itself does. */
async function dragFromDisk(page: Page, path: string, { isDropped }: { isDropped: boolean }): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', ...(isDropped ? ['drop' as const] : [])] as const)
    await browser.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
}

const png = fixture('four-colours.png');

describe('an image file', () => {
  test('that is dropped goes into the variables, and is stored', async () => {
    const { page, run, show, text, notice } = await openExplorer();
    await run('Register');
    await run('CreateResource');
    for (const [tab, name] of [
      ['CreateResource', 'four-colours.gif'],
      ['ReplaceImage', 'four-colours.jpg'],
    ] as const) {
      await show(tab);
      const before = await input(text);
      const bytes = fixture(name);
      await drop(page, name, bytes);
      await expect.poll(notice).toBe(`${name} is in the variables.`);
      expect(await input(text)).toEqual({
        ...before,
        title: 'four-colours',
        image: { data: bytes.toString('base64') },
      });
      const { data } = await run<Record<string, { resource: Resource }>>(tab);
      expect(Object.values(data ?? {})[0]?.resource.image.sha256).toBe(sha256(bytes));
    }
  });

  test('can be chosen in the file dialog, and again after another one', async () => {
    const { page, show, text, notice } = await openExplorer();
    await show('CreateResource');
    const file = { name: 'four.jpg', mimeType: 'image/jpeg', buffer: fixture('four-colours.jpg') };
    page.on('filechooser', (chooser) => chooser.setFiles(file));
    for (const _ of ['once', 'again']) {
      await page.getByRole('button', { name: 'Choose image…' }).click();
      await expect.poll(notice).toBe('four.jpg is in the variables.');
      expect((await input(text)).image).toEqual({ data: file.buffer.toString('base64') });
      await drop(page, 'four.gif', fixture('four-colours.gif'));
      await expect.poll(notice).toBe('four.gif is in the variables.');
    }
  });

  test('that cannot be used empties the image and blocks ▶, with the reason beside it', async () => {
    const { page, run, show, write, text, notice, response } = await openExplorer();
    await run('Register');
    let sentCount = 0;
    page.on('request', (request) => {
      if (/createResource/.test(request.postData() ?? '')) sentCount += 1;
    });
    await show('CreateResource');
    const before = await text('variables');
    const execute = page.getByRole('button', { name: 'Execute' });
    const isBlocked = async () => (await execute.getAttribute('aria-disabled')) === 'true';
    const beside = page.locator('.graphiql-toolbar .blocked');
    for (const [name, bytes, reason] of [
      [
        'drawing.svg',
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        'drawing.svg is an SVG: export it as PNG.',
      ],
      ['notes.txt', Buffer.from('notes'), 'notes.txt is no image that the API takes.'],
      ['empty.png', Buffer.alloc(0), 'empty.png is empty.'],
      [
        'film.heic',
        Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(16 * 2 ** 20)]),
        'film.heic has 16,777,240 bytes, and this browser cannot make it smaller: the API takes 16,777,216 at most.',
      ],
      [['one.png', 'two.png', 'three.png'], png, 'Drop one of these 3 files alone: a tab takes one image.'],
    ] as const) {
      await write('variables', before);
      await expect.poll(isBlocked).toBe(false);
      await drop(page, [name].flat(), bytes);
      await expect.poll(notice).toBe(reason);
      expect(await beside.innerText()).toBe(reason);
      expect(await input(text)).toEqual({ title: 'Hills by day', image: { data: '' } });
      expect(await isBlocked()).toBe(true);
      // Playwright waits for a button to be enabled, people press it.
      await execute.click({ force: true });
      await expect.poll(() => text('response')).toContain(`Not sent: ${reason}`);
    }
    await page.getByRole('textbox', { name: 'Operation' }).focus();
    await page.keyboard.press('ControlOrMeta+Enter');
    expect((await response()).errors).toMatchObject([{ message: expect.stringMatching(/^Not sent/) }]);
    await show('Register');
    expect(await isBlocked()).toBe(false);
    await show('CreateResource');
    expect(await isBlocked()).toBe(true);
    await dragFromDisk(page, fixtures, { isDropped: true });
    await expect.poll(notice).toBe('fixtures cannot be read: it is a folder, or has been moved or deleted.');
    expect(sentCount).toBe(0);

    await drop(page, 'Four.png', png);
    await expect.poll(notice).toBe('Four.png is in the variables.');
    expect(await isBlocked()).toBe(false);
    expect(await input(text)).toEqual({ title: 'Four', image: { data: png.toString('base64') } });
    expect((await run('CreateResource')).errors).toBeUndefined();
    expect(sentCount).toBe(1);
  });

  test('goes nowhere where the tab takes none, or has a syntax error', async () => {
    const { page, show, write, text, notice } = await openExplorer();
    await drop(page, 'four.png', png);
    await expect.poll(notice).toBe('This tab takes no image: go to CreateResource or ReplaceImage.');
    await show('CreateResource');
    await write('variables', '{ "input": ');
    await drop(page, 'four.png', png);
    await expect
      .poll(notice)
      .toBe('The operation or the variables have a syntax error: fix it, then add the image again.');
    expect(await text('variables')).toBe('{ "input": ');
  });

  test('gives the resource its name, but not in place of a title that the user has typed', async () => {
    const { page, show, write, text, notice } = await openExplorer();
    await show('CreateResource');
    for (const [title, file, expected] of [
      ['Hills by day', 'IMG_1.png', 'IMG_1'],
      ['IMG_1', 'IMG_2.png', 'IMG_2'],
      ['Mine', 'IMG_3.png', 'Mine'],
    ]) {
      await write('variables', JSON.stringify({ input: { title, image: { data: '' } } }));
      await drop(page, file ?? '', png);
      await expect.poll(notice).toBe(`${file} is in the variables.`);
      expect((await input(text)).title).toBe(expected);
    }
  });

  test('that is too large is made to fit before it is sent, and the notice says so', async () => {
    const { page, run, show, text, notice } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    const [width, height] = [1600, 1200];
    const pixels = randomBytes(width * height * 3);
    const photo = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 90 })
      .toBuffer();
    expect(photo.length).toBeGreaterThan(1_000_000);
    await drop(page, 'photo.jpg', photo);
    await expect
      .poll(notice, { timeout: 60_000 })
      .toMatch(
        /^photo\.jpg is in the variables, made to fit here: 1600 × 1200 pixels and [\d,]+ kB, now \d+ × \d+ pixels and \d+ kB\.$/,
      );
    const { title, image } = await input(text);
    expect([title, Object.keys(image), Buffer.from(image.data, 'base64').length <= 383_970]).toEqual([
      'photo',
      ['data'],
      true,
    ]);
    expect((await run('CreateResource')).errors).toBeUndefined();
  }, 120_000);

  test('that the browser does not decode goes to the API as it is, with fit', async () => {
    const { page, show, text, notice } = await openExplorer();
    await show('CreateResource');
    const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(1000)]);
    await drop(page, 'IMG_1.HEIC', heic);
    await expect.poll(notice).toContain('IMG_1.HEIC is in the variables as it is, with fit: true');
    expect(await input(text)).toEqual({ title: 'IMG_1', image: { data: heic.toString('base64'), fit: true } });
    await drop(page, 'four.png', png);
    await expect.poll(notice).toBe('four.png is in the variables.');
    expect((await input(text)).image).toEqual({ data: png.toString('base64') });
  });

  test('goes between comments, into the variables of the second operation if that takes it', async () => {
    const { page, run, show, write, text, notice } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    await write('operation', `${resourceCount}\n${await text('operation')}`);
    await write('variables', '{ "input": { "title": "Four" } } // as small as can be');
    await drop(page, 'four.gif', fixture('four-colours.gif'));
    await expect.poll(notice).toBe('four.gif is in the variables.');
    expect(await text('variables')).toMatch(
      /"title": "Four",\s+"image": \{\s+"data": "R0lG[\s\S]+\/\/ as small as can be$/,
    );
  });

  test('of the largest size that the API accepts is not too large', async () => {
    const { page, run, show, write, text, notice } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    // The content type of the former image is removed.
    await write('variables', JSON.stringify({ input: { title: 'A', image: { data: '', contentType: 'image/png' } } }));
    const jpg = fixture('four-colours.jpg');
    await drop(page, 'large.jpg', Buffer.concat([jpg, Buffer.alloc(383_970 - jpg.length)]));
    await expect.poll(notice).toBe('large.jpg is in the variables.');
    expect(Object.keys((await input(text)).image)).toEqual(['data']);
    const { errors } = await run('CreateResource');
    // The API may reject the bytes after the image's end, but not its size.
    expect(errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('IMAGE_TOO_LARGE');
  });

  test('that is dragged over the page and away leaves no overlay', async () => {
    const { page } = await openExplorer();
    const overlay = page.getByText('Drop the image');
    // Some systems do not tell the page that a drag was cancelled.
    for (const end of [
      () => page.mouse.move(300, 300),
      () => page.keyboard.press('Escape'),
      () => page.evaluate('window.dispatchEvent(new FocusEvent("blur"))'),
    ]) {
      await dragFromDisk(page, `${fixtures}/four-colours.png`, { isDropped: false });
      await overlay.waitFor();
      await end();
      await overlay.waitFor({ state: 'detached' });
    }
  });
});
