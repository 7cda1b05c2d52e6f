import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

/** Set to `docs` to update the screenshots. CONTRIBUTING.md has the command. */
const folder = process.env.PICTURES_FOLDER;

test('takes README’s screenshots: the first view, and a response with images', async () => {
  const { page, run } = await openExplorer();
  const take = async (name: string) => {
    // A tooltip, and the blinking caret, would make each screenshot different.
    await page.mouse.move(0, 0);
    let last: Buffer = Buffer.alloc(0);
    // Waits for scrollbars and tooltips to fade out.
    const isStill = async () => {
      const previous = last;
      last = await page.screenshot({ caret: 'hide' });
      return last.equals(previous);
    };
    await expect.poll(isStill, { interval: 1_000 }).toBe(true);
    const png = await sharp(last).png({ palette: true, effort: 10 }).toBuffer();
    if (folder !== undefined) writeFileSync(join(folder, name), png);
    return sharp(png).metadata();
  };
  const firstView = await take('explorer.png');

  await run('Register');
  await run('CreateResource');
  await run('CreateResource');
  await run('ReplaceImage');
  await run('ListWithOwners');
  const images = page.getByRole('region', { name: 'Images of the response' }).getByRole('img');
  await expect.poll(() => images.count()).toBe(2);
  const withImages = await take('explorer-images.png');
  expect([firstView, withImages]).toMatchObject([
    { width: 1280, height: 800 },
    { width: 1280, height: 800 },
  ]);
});
