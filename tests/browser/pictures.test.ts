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
    await page.mouse.move(0, 0);
    // A tooltip and the blinking caret would make each screenshot different.
    await page.getByRole('tooltip').waitFor({ state: 'detached' });
    const png = await sharp(await page.screenshot({ caret: 'hide' }))
      .png({ palette: true, effort: 10 })
      .toBuffer();
    if (folder !== undefined) writeFileSync(join(folder, name), png);
    return sharp(png).metadata();
  };
  const first = await take('explorer.png');

  await run('Register');
  await run('CreateResource');
  await run('CreateResource');
  await run('ReplaceImage');
  await run('ListWithOwners');
  const images = page.getByRole('region', { name: 'Images of the response' }).getByRole('img');
  await expect.poll(() => images.count()).toBe(2);
  const withImages = await take('explorer-images.png');
  expect([first, withImages]).toMatchObject([
    { width: 1280, height: 800 },
    { width: 1280, height: 800 },
  ]);
});
