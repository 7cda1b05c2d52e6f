import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawScene, type Scene, scenes } from '../tests/corpus/fitting/scenes.ts';
import { describeInBrowser } from '../tests/support/chromium.ts';
import { register } from '../tests/support/graphql/accounts.ts';
import { createStored } from '../tests/support/graphql/documents.ts';
import { requestTo, requireValue } from '../tests/support/graphql/request.ts';
import { eventually, give, setUpGallery, titlesOf } from './testing/gallery-page.ts';

/** Set to `docs` to update the screenshots. CONTRIBUTING.md has the command. */
const folder = process.env.PICTURES_FOLDER;

/** Titles of the drawn scenes, and the shapes that they are drawn in. */
const photos: [name: string, title: string, width: number, height: number][] = [
  ['street', 'Old town', 500, 500],
  ['portrait', 'Grandmother', 450, 600],
  ['landscape', 'Over the pass', 700, 350],
  ['leaves', 'Under the oak', 350, 500],
  ['night', 'Night train', 600, 400],
  ['page', 'Her first letter', 500, 400],
  ['landscape', 'Morning', 600, 400],
  ['portrait', 'Uncle Ben', 400, 400],
  ['street', 'From the bridge', 650, 400],
  ['leaves', 'October', 450, 450],
  ['landscape', 'The long way home', 900, 380],
];

const jpegOf = async (name: string, width: number, height: number, quality = 85) => {
  const scene: Scene = requireValue(scenes.find((other) => other.name === name) ?? null);
  return (await drawScene(scene, { width, height })).jpeg({ quality }).toBuffer();
};

describeInBrowser('screenshots', () => {
  const gallery = setUpGallery();

  test('are taken of the gallery, by day on a desk and by night on a phone', { timeout: 240_000 }, async () => {
    const { gateway } = gallery.system();
    const ada = { username: 'ada', password: 'correct horse battery staple' };
    const { accessToken } = requireValue((await requestTo(gateway).data(register, { input: ada })).register);
    for (const [name, title, width, height] of photos) {
      const image = { data: (await jpegOf(name, width, height)).toString('base64') };
      await requestTo(gateway, accessToken).data(createStored, { input: { title, image } });
    }
    const large = await jpegOf('landscape', 2_400, 1_350, 97);
    const sizes = [];
    for (const [file, colorScheme, device] of [
      ['gallery.jpg', 'light', { viewport: { width: 1_280, height: 800 } }],
      ['gallery-phone.jpg', 'dark', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ] as const) {
      const page = await gallery.openAs(ada, { colorScheme, ...device });
      await eventually(async () => (await titlesOf(page)).length).toBeGreaterThanOrEqual(photos.length);
      await give(page, 'drop', { name: 'IMG_2041.jpg', mimeType: 'image/jpeg', buffer: large });
      await page.locator('#upload-list .done').waitFor();
      await page.getByRole('button', { name: 'Delete The long way home' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      await page.mouse.move(0, 0);
      await page.evaluate('scrollTo(0, 0)');
      await page.evaluate('Promise.all([...document.images].map((image) => image.decode().catch(() => {})))');
      const jpeg = await sharp(await page.screenshot({ caret: 'hide' }))
        .jpeg({ quality: 82, mozjpeg: true })
        .toBuffer();
      if (folder !== undefined) writeFileSync(join(folder, file), jpeg);
      sizes.push(await sharp(jpeg).metadata());
      await page.getByRole('button', { name: 'Undo' }).click();
    }
    expect(sizes).toMatchObject([
      { width: 1_280, height: 800 },
      { width: 360, height: 740 },
    ]);
  });
});
