import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openExplorer } from './open-explorer.ts';

/** Where they are kept: `docs`, when the explorer looks different. CONTRIBUTING.md has the command. */
const folder = process.env.PICTURES_FOLDER;

test('the pictures of README show the first screen, and an answer with its images', async () => {
  const { page, run } = await openExplorer();
  const take = async (name: string) => {
    await page.mouse.move(0, 0);
    // Without a tooltip or a caret, whose blinking would make each picture another.
    await page.waitForTimeout(500);
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
  const answered = await take('explorer-images.png');
  expect([first, answered]).toMatchObject([
    { width: 1280, height: 800 },
    { width: 1280, height: 800 },
  ]);
});
