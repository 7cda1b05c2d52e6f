import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { incompleteAnimatedPngs, wholeAnimatedPngs } from '../testing/animated-pngs.ts';
import { gifsWithIncompleteSecondFrame, incompleteGifs, wholeGifs } from '../testing/gif-variants.ts';
import { readerOf } from '../testing/image-reader.ts';
import type { ImageVariant } from '../testing/images.ts';
import { incompleteJpegs, wholeJpegs } from '../testing/jpeg-variants.ts';
import { incompletePngs, wholePngs } from '../testing/png-variants.ts';
import { incompleteRestartJpegs, wholeRestartJpegs } from '../testing/restart-jpegs.ts';
import { incompleteScanOrders, wholeScanOrders } from '../testing/scan-orders.ts';
import { type ImageType, openImage } from './image-format.ts';

const read = readerOf(100_000);
const readBytes = (bytes: Buffer, keepMetadata = false) => read({ data: bytes.toString('base64'), keepMetadata });

/** The pixels of all frames. */
async function pixelsOf(type: ImageType, bytes: Buffer): Promise<Buffer> {
  const repaired = await openImage(type, bytes).repair();
  return sharp(repaired.bytes, { animated: true, failOn: 'none' }).raw().toBuffer();
}

const whole = [
  ...(await wholeJpegs()),
  ...(await wholeRestartJpegs()),
  ...(await wholeScanOrders()),
  ...wholePngs(),
  ...wholeAnimatedPngs(),
  ...wholeGifs(),
];
const incomplete = [
  ...(await incompleteJpegs()),
  ...incompleteRestartJpegs(),
  ...(await incompleteScanOrders()),
  ...incompletePngs(),
  ...incompleteAnimatedPngs(),
  ...incompleteGifs(),
  ...gifsWithIncompleteSecondFrame(),
];

describe('a file whose every pixel decoders show is accepted with the size that they show:', () => {
  test.each(whole)('$name', async ({ original, bytes }) => {
    const { width, height } = await readBytes(original);
    expect(await readBytes(bytes, true)).toMatchObject({ width, height, sizeBytes: bytes.length });
  });
});

describe('without its metadata, a file has the same pixels, and nothing more to remove:', () => {
  test.each(whole)('$name', async ({ bytes }) => {
    const stored = await readBytes(bytes);
    const storedBytes = Buffer.from(stored.base64, 'base64');
    const isEqual = (await pixelsOf(stored.contentType, storedBytes)).equals(await pixelsOf(stored.contentType, bytes));
    expect(isEqual).toBe(true);
    expect(await readBytes(storedBytes)).toEqual(stored);
    expect(await readBytes(storedBytes, true)).toEqual(stored);
  });
});

describe('a file that lacks pixels, or whose pixels browsers do not show, is UNSUPPORTED_IMAGE:', () => {
  test.each(incomplete)('$name', async ({ bytes }) => {
    await expect(readBytes(bytes)).rejects.toMatchObject({
      message: expect.stringMatching(/^(The image is damaged: |The JPEG (has|is) |image\.data is not an image)/),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    });
  });
});

describe('the message says what is wrong:', () => {
  test.each<[string, RegExp]>([
    ['a PNG with a wrong checksum of its pixels', /a checksum of its pixels \(IDAT\) is wrong/],
    ['a PNG with a wrong checksum of its compressed data', /the checksum of its pixels \(Adler-32\) is wrong/],
    ['a PNG with a dictionary that its compressed data need', /the compression of its pixels \(zlib\) is wrong/],
    ['a PNG with six bytes of its compressed data missing', /pixels are missing: its compressed data end early/],
    ['a PNG with an unknown filter in a row', /a row of its pixels has filter 9/],
    ['a PNG with a depth of 3 bits', /colour type 2 with 3 bits/],
    ['a PNG with no palette, where it needs one', /it has no palette/],
    ['a PNG with an unknown critical chunk', /its chunk "ABCD" .*is not known/],
    ['baseline JPEG with 12 bits per sample', /The JPEG has 12 bits per sample: save it .*with 8 bits/],
    ['baseline JPEG with a lossless process', /The JPEG is lossless or hierarchical: save it as baseline/],
    ['a progressive JPEG with no scan 1', /refines pixels of which an earlier scan is missing/],
    ['an animated PNG with no frame', /animated \(acTL\), and has no first frame/],
    ['an animated PNG with a smaller first frame', /first frame \(fcTL\) is not the whole image/],
    ['a JPEG with restart numbers that are all 0, at an interval of 1', /a restart marker is not in its place/],
  ])('%s', async (name, message) => {
    const [{ bytes }] = incomplete.filter((variant) => variant.name === name) as [ImageVariant];
    await expect(readBytes(bytes)).rejects.toThrow(message);
  });
});
