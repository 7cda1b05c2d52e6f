import sharp from 'sharp';
import { wantsHelp } from '../../../platform/process/lifecycle.ts';
import { maxImageBytes } from '../../../subgraphs/resources/image-service/client.ts';
import { encodeJpeg } from '../../../subgraphs/resources/images/fitting/encode-picture.ts';
import {
  openPicture,
  type Picture,
  scalePicture,
  scaleTo,
  toPicture,
} from '../../../subgraphs/resources/images/fitting/picture.ts';
import { openFitImagePage } from '../../support/fit-image-page.ts';
import { msSsim, readScales } from './ms-ssim.ts';
import { drawScene, scenes } from './scenes.ts';

const usage = `Usage: node --import tsx tests/corpus/fitting/measure.ts

Draws photos of 12 megapixels, and prints how alike they are (MS-SSIM, 1 is equal) to what the image service takes of them
in each number of megapixels, in the best JPEG quality that fits, to what image.fit makes of them, and to what the client's
fitImage makes of them in Chromium. Takes three minutes.
`;

const size = { width: 4_032, height: 3_024 };
const megapixels = [12.2, 6, 4, 3, 2, 1];

/** Finds the best quality that fits in this size. */
async function bestOfSize(picture: Picture, pixels: number) {
  const scaled = openPicture(await scalePicture(picture, scaleTo(picture, pixels)));
  let [low, high] = [1, 98];
  while (low < high) {
    const quality = Math.ceil((low + high) / 2);
    const { length } = await scaled.clone().jpeg({ quality, mozjpeg: true }).toBuffer();
    if (length <= maxImageBytes()) low = quality;
    else high = quality - 1;
  }
  return { quality: low, bytes: await scaled.jpeg({ quality: low, mozjpeg: true }).toBuffer() };
}

async function measure(picture: Picture) {
  const original = await readScales(openPicture(picture));
  return async (bytes: Buffer) => {
    const shown = await toPicture(sharp(bytes).resize(size.width, size.height, { fit: 'fill' }));
    return msSsim(original, await readScales(openPicture(shown))).toFixed(4);
  };
}

type Page = Awaited<ReturnType<typeof openFitImagePage>>;

async function printRow(name: string, sent: Buffer, page: Page): Promise<void> {
  const picture = await toPicture(sharp(sent));
  const likeness = await measure(picture);
  const cells: string[] = [];
  for (const count of megapixels) {
    const { quality, bytes } = await bestOfSize(picture, count * 1e6);
    cells.push(`${await likeness(bytes)} (${quality})`);
  }
  const onServer = (await encodeJpeg(picture, maxImageBytes())) ?? Buffer.alloc(0);
  const { bytes: inBrowser } = await page.fit({ bytes: sent, name: 'photo.jpg' });
  for (const fitted of [onServer, inBrowser]) {
    const { width, height } = await sharp(fitted).metadata();
    const megapixels = ((width * height) / 1e6).toFixed(1);
    cells.push(`${await likeness(fitted)}, ${megapixels} MP, ${fitted.length.toLocaleString('en')}`);
  }
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

if (!wantsHelp(usage)) {
  sharp.cache(false);
  console.log(`| photo | ${megapixels.map((count) => `${count} MP`).join(' | ')} | image.fit | fitImage |`);
  console.log(`| --- |${' --- |'.repeat(megapixels.length + 2)}`);
  const page = await openFitImagePage();
  for (const scene of scenes) {
    const sent = await (await drawScene(scene, size)).jpeg({ quality: 95 }).toBuffer();
    await printRow(scene.name, sent, page);
  }
  await page.close();
}
