import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectImageType, removeMetadata } from '../../subgraphs/resources/images/image-format.ts';
import { incompleteAnimatedPngs, wholeAnimatedPngs } from '../../subgraphs/resources/testing/animated-pngs.ts';
import { incompleteGifs, wholeGifs } from '../../subgraphs/resources/testing/gif-variants.ts';
import { readerOf } from '../../subgraphs/resources/testing/image-reader.ts';
import type { ImageVariant } from '../../subgraphs/resources/testing/images.ts';
import { incompleteJpegs, wholeJpegs } from '../../subgraphs/resources/testing/jpeg-variants.ts';
import { incompletePngs, wholePngs } from '../../subgraphs/resources/testing/png-variants.ts';
import { incompleteRestartJpegs, wholeRestartJpegs } from '../../subgraphs/resources/testing/restart-jpegs.ts';
import { incompleteScanOrders, wholeScanOrders } from '../../subgraphs/resources/testing/scan-orders.ts';
import { photos, readPhoto } from '../corpus/photos.ts';
import { describeInBrowser, openBrowser } from '../support/chromium.ts';

/** A file as it is stored. */
function withoutMetadata(bytes: Buffer): Buffer {
  const type = detectImageType(bytes) ?? expect.fail('no known type');
  return removeMetadata(type, bytes, Number.POSITIVE_INFINITY) ?? expect.fail('too large');
}

/** Pixels of the first frame as the browser draws them, or why it draws none. */
type Drawn = string;

/** Draws images on a canvas. A data URL needs no type: browsers detect it from the bytes. */
const drawAll = `async (images) => {
  const draw = async (base64) => {
    const image = new Image();
    image.src = 'data:;base64,' + base64;
    await image.decode().catch(() => {});
    if (image.naturalWidth === 0) return 'nothing';
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return canvas.width + 'x' + canvas.height + ' ' + Array.from(data, (byte) => byte.toString(16)).join(' ');
  };
  const drawn = [];
  for (const image of images) drawn.push(await draw(image).catch(String));
  return drawn;
}`;

describeInBrowser('the files that the API accepts and rejects, in a browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  /** Returns the names of those variants that are drawn like their originals. */
  const drawnLikeOriginals = async (variants: ImageVariant[]): Promise<string[]> => {
    const page = await browser.newPage();
    const images = variants.flatMap(({ original, bytes }) => [original.toString('base64'), bytes.toString('base64')]);
    const drawn = await page.evaluate<Drawn[]>(`(${drawAll})(${JSON.stringify(images)})`);
    await page.close();
    return variants.flatMap(({ name }, at) => (drawn[2 * at] === drawn[2 * at + 1] ? [name] : []));
  };

  const drawnSizes = async (images: Buffer[]): Promise<(string | undefined)[]> => {
    const page = await browser.newPage();
    const drawn = await page.evaluate<Drawn[]>(
      `(${drawAll})(${JSON.stringify(images.map((bytes) => bytes.toString('base64')))})`,
    );
    await page.close();
    return drawn.map((pixels) => pixels.split(' ')[0]);
  };

  test.each<[string, () => ImageVariant[] | Promise<ImageVariant[]>]>([
    ['JPEG', wholeJpegs],
    ['JPEG with restart markers', wholeRestartJpegs],
    ['progressive JPEG', wholeScanOrders],
    ['PNG', wholePngs],
    ['animated PNG', wholeAnimatedPngs],
    ['GIF', wholeGifs],
  ])(
    'an accepted %s is drawn with every pixel, also without its metadata',
    async (_, make) => {
      const variants = await make();
      const names = variants.map(({ name }) => name);
      expect(await drawnLikeOriginals(variants)).toEqual(names);
      const stored = variants.map((variant) => ({ ...variant, bytes: withoutMetadata(variant.bytes) }));
      expect(await drawnLikeOriginals(stored)).toEqual(names);
    },
    60_000,
  );

  test.each<[string, () => ImageVariant[] | Promise<ImageVariant[]>, string[]]>([
    ['JPEG', incompleteJpegs, []],
    ['JPEG with restart markers', incompleteRestartJpegs, []],
    ['progressive JPEG', incompleteScanOrders, []],
    ['animated PNG', incompleteAnimatedPngs, []],
    // Browsers do not verify these checksums. The API does: any pixel may have changed.
    [
      'PNG',
      incompletePngs,
      ['a PNG with a wrong checksum of its pixels', 'a PNG with a wrong checksum of its compressed data'],
    ],
    ['GIF', incompleteGifs, []],
  ])(
    'a rejected %s is not',
    async (_, make, exceptions) => {
      expect(await drawnLikeOriginals(await make())).toEqual(exceptions);
    },
    60_000,
  );

  test('a photo is drawn in the same way without its metadata, and in the size that the API returns', async () => {
    const variants = photos.map((photo) => {
      const original = readPhoto(photo);
      return { name: photo.file, original, bytes: withoutMetadata(original) };
    });
    expect(await drawnLikeOriginals(variants)).toEqual(variants.map(({ name }) => name));
    const read = readerOf(100_000);
    const images = await Promise.all(variants.map(({ original }) => read({ data: original.toString('base64') })));
    const sizes = images.map(({ width, height }) => `${width}x${height}`);
    expect(await drawnSizes(variants.map(({ original }) => original))).toEqual(sizes);
  }, 60_000);
});
