import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { resourceCount } from '../support/documents.ts';
import { fixture } from '../support/system.ts';
import { openExplorer } from './open-explorer.ts';

interface Resource {
  image: { url: string; sha256: string };
}

/** For a tab that is there, whose name it has. */
const otherwiseNamed = graphql(`
  query ListWithOwners { me { mine: resources { edges { node { ...R } } } } }
  fragment R on Resource { named: title picture: image { ... on Image { at: url } } }
`);

/** The images that the page shows, once they are there, with their alternative texts and their sizes in pixels. */
const pictures = (page: Page) =>
  page.evaluate<{ alt: string; width: number; height: number }[]>(
    `[...document.querySelectorAll('.response-images img')].filter(({ complete }) => complete)
      .map(({ alt, naturalWidth: width, naturalHeight: height }) => ({ alt, width, height }))`,
  );

const input = async (text: (editor: 'variables') => Promise<string>) => JSON.parse(await text('variables')).input;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the images of an answer', () => {
  test('are shown beside it, named by their titles, and by no tab that has none', async () => {
    const { page, run, show } = await openExplorer();
    await run('Register');
    expect(await pictures(page)).toEqual([]);
    await run('CreateResource');
    await expect.poll(() => pictures(page)).toEqual([{ alt: 'Hills by day', width: 160, height: 120 }]);
    await show('Register');
    expect(await pictures(page)).toEqual([]);
    await show('CreateResource');
    await expect.poll(() => pictures(page)).toHaveLength(1);
    await run('CreateResource');
    await run('ReplaceImage');
    await run('ListWithOwners');
    await expect
      .poll(async () => (await pictures(page)).map(({ alt }) => alt))
      .toEqual(['Hills by night', 'Hills by day']);
  });

  test('are found under whatever name they were asked for, and nothing else is taken for one', async () => {
    const { page, system, run, show, write } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    const data = fixture('four-colours.gif').toString('base64');
    const title = `${system.gateway}/no-image.png`;
    await write('variables', JSON.stringify({ input: { title, image: { data } } }));
    await run('CreateResource');
    await show('ListWithOwners');
    await write('operation', String(otherwiseNamed));
    await run('ListWithOwners');
    await expect.poll(() => pictures(page)).toEqual([{ alt: title, width: 32, height: 24 }]);
  });

  test('are shown as they are after a replacement, though their URL stays the same', async () => {
    const { page, run, show, write, text } = await openExplorer();
    await run('Register');
    await run('CreateResource');
    await expect.poll(() => pictures(page)).toMatchObject([{ width: 160 }]);
    await run('ListWithOwners');
    await expect.poll(() => pictures(page)).toMatchObject([{ width: 160 }]);
    await show('ReplaceImage');
    const { id } = await input(text);
    const data = fixture('four-colours.jpg').toString('base64');
    await write('variables', JSON.stringify({ input: { id, image: { data } } }));
    await run('ReplaceImage');
    await expect.poll(() => pictures(page)).toMatchObject([{ width: 32 }]);
    await run('ListWithOwners');
    await expect.poll(() => pictures(page)).toMatchObject([{ width: 32 }]);
  });
});

/** Drops a file, or several of the same bytes, on the middle of the page, as from a file manager. */
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

/** Drags what is at a path over the middle of the page, with the browser's own doing, and drops it where it shall be. */
async function dragFromDisk(page: Page, path: string, { isDropped }: { isDropped: boolean }): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', ...(isDropped ? ['drop' as const] : [])] as const)
    await browser.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
}

describe('a file', () => {
  test.each(['CreateResource', 'ReplaceImage'])(
    'that is dropped goes into the variables of %s, and is stored',
    async (tab) => {
      const { page, run, show, text, notice } = await openExplorer();
      await run('Register');
      await run('CreateResource');
      await show(tab);
      const before = await input(text);
      const bytes = fixture('four-colours.gif');
      await drop(page, 'four.gif', bytes);
      await expect.poll(notice).toBe('four.gif is in the variables.');
      expect(await input(text)).toEqual({ ...before, image: { data: bytes.toString('base64') } });
      const { data } = await run<Record<string, { resource: Resource }>>(tab);
      expect(Object.values(data ?? {})[0]?.resource.image.sha256).toBe(sha256(bytes));
    },
  );

  test('that is chosen does, too, and again where it is the same', async () => {
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

  test('takes the place of a type that was claimed for the former one', async () => {
    const { page, show, write, text, notice } = await openExplorer();
    await show('CreateResource');
    await write('variables', JSON.stringify({ input: { title: 'A', image: { data: '', contentType: 'image/png' } } }));
    await drop(page, 'four.gif', fixture('four-colours.gif'));
    await expect.poll(notice).toBe('four.gif is in the variables.');
    expect(Object.keys((await input(text)).image)).toEqual(['data']);
  });

  const png = fixture('four-colours.png');
  test.each([
    [
      'is too large',
      Buffer.concat([png, Buffer.alloc(383_971 - png.length)]),
      'four has 383,971 bytes: an image may have 383,970 at most.',
    ],
    ['is no image', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'four is no GIF, JPEG or PNG.'],
    ['is empty', Buffer.alloc(0), 'four is no GIF, JPEG or PNG.'],
  ])('that %s is not taken, and the page says why', async (_, bytes, why) => {
    const { page, show, text, notice } = await openExplorer();
    await show('CreateResource');
    const before = await text('variables');
    await drop(page, 'four', bytes);
    await expect.poll(notice).toBe(why);
    expect(await text('variables')).toBe(before);
  });

  test('that is a folder is not taken, and the page says why', async () => {
    const { page, show, text, notice } = await openExplorer();
    await show('CreateResource');
    const before = await text('variables');
    await dragFromDisk(page, fixtures, { isDropped: true });
    await expect.poll(notice).toBe('fixtures cannot be read: it is a folder, or has been moved or deleted.');
    expect(await text('variables')).toBe(before);
  });

  test('that comes with others is not taken, as the page could not know which is meant', async () => {
    const { page, show, text, notice } = await openExplorer();
    await show('CreateResource');
    const before = await text('variables');
    await drop(page, ['one.png', 'two.png', 'three.png'], png);
    await expect.poll(notice).toBe('Drop one of these 3 files alone: a tab takes one image.');
    expect(await text('variables')).toBe(before);
  });

  test.each(['pointer', 'key', 'other window'])(
    'that is dragged over the page and away leaves no veil: %s',
    async (sign) => {
      const { page } = await openExplorer();
      const veil = page.getByText('Drop the image');
      await dragFromDisk(page, `${fixtures}/four-colours.png`, { isDropped: false });
      await veil.waitFor();
      // As where the drag is cancelled, of which some systems tell no page.
      if (sign === 'pointer') await page.mouse.move(300, 300);
      else if (sign === 'key') await page.keyboard.press('Escape');
      else await page.evaluate('window.dispatchEvent(new FocusEvent("blur"))');
      await veil.waitFor({ state: 'detached' });
    },
  );

  test('goes among comments, which stay, and where the second of two operations takes it', async () => {
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

  test('is not taken by a tab that takes none, nor by one with a mistake in it', async () => {
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

  test('of the largest size that the API takes is taken', async () => {
    const { page, run, show, notice } = await openExplorer();
    await run('Register');
    await show('CreateResource');
    await drop(
      page,
      'large.jpg',
      Buffer.concat([fixture('four-colours.jpg'), Buffer.alloc(383_970 - fixture('four-colours.jpg').length)]),
    );
    await expect.poll(notice).toBe('large.jpg is in the variables.');
    const { errors } = await run('CreateResource');
    // Bytes behind the image's end are not an image's: but it is not too large.
    expect(errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('IMAGE_TOO_LARGE');
  });
});
