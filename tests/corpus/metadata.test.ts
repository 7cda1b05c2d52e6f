import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readerOf } from '../../subgraphs/resources/testing/image-reader.ts';
import { hasExiftool, readTags, type Tags } from './exiftool.ts';
import type { Photo } from './photo.ts';
import { describePhotos, photos, photosFolder, readPhoto } from './photos.ts';

const read = readerOf(100_000);
const stored = async (photo: Photo, keepMetadata = false) => {
  const image = await read({ data: readPhoto(photo).toString('base64'), keepMetadata });
  return { ...image, bytes: Buffer.from(image.base64, 'base64') };
};

/** Tags of what decoders need, and of what ExifTool says about the file itself. */
const harmless = [
  /^SourceFile$/,
  /^File:(System:|File|MIME|Image|Encoding|BitsPer|Color|YCbCr|ExifByteOrder)/,
  /^ExifTool:ExifToolVersion$/,
  /^Composite:(ImageSize|Megapixels)$/,
  /^ICC_Profile:/,
  /^EXIF:IFD0:Orientation$/,
  /^JFIF:(JFIFVersion|ResolutionUnit|XResolution|YResolution)$/,
  /^APP14:Adobe:/,
  /^PNG:(Image|BitDepth|Color|Compression|Filter|Interlace|Palette$|ProfileName|Animation)/,
  /^PNG:(Gamma|WhitePoint|Red|Green|Blue|SRGBRendering|SignificantBits|Transparency|PNG-pHYs:|PNG-cICP:)/,
  /^GIF:(GIFVersion|Image|HasColorMap|ColorResolution|BitsPerPixel|BackgroundColor|TransparentColor)/,
  /^GIF:(AnimationIterations|FrameCount|Duration)$/,
];
const isHarmless = (tag: string) => harmless.some((pattern) => pattern.test(tag));

test('the corpus has the photos of its page', () => {
  expect(readdirSync(photosFolder).sort()).toEqual(photos.map(({ file }) => file).sort());
  expect(readFileSync(new URL('README.md', import.meta.url), 'utf8')).toBe(describePhotos());
});

describe.each(photos)('$file: $has', (photo) => {
  test('is stored with the same pixels, colour profile and orientation', async () => {
    const bytes = readPhoto(photo);
    const image = await stored(photo);
    const [before, after] = [await sharp(bytes).metadata(), await sharp(image.bytes).metadata()];
    expect(await pixelsOf(image.bytes)).toEqual(await pixelsOf(bytes));
    expect([after.icc, after.pages, after.delay, after.loop]).toEqual([
      before.icc,
      before.pages,
      before.delay,
      before.loop,
    ]);
    expect(after.orientation ?? 1).toBe(photo.orientation ?? 1);
    const { width, height } = await sharp(bytes)
      .autoOrient()
      .toBuffer({ resolveWithObject: true })
      .then(({ info }) => info);
    expect(image).toMatchObject({ width, height });
  });

  test('is stored as it was sent if there is nothing to remove, or with keepMetadata', async () => {
    const bytes = readPhoto(photo);
    expect((await stored(photo)).bytes.equals(bytes)).toBe(photo.isUnchanged ?? false);
    expect((await stored(photo, true)).bytes.equals(bytes)).toBe(true);
  });
});

if (!hasExiftool) console.warn('Skipped: what ExifTool finds in stored photos. It needs Perl.');

describe.skipIf(!hasExiftool)('what ExifTool finds', () => {
  let [before, after]: Map<string, Tags>[] = [];
  beforeAll(async () => {
    before = await readTags(photos.map((photo) => ({ name: photo.file, bytes: readPhoto(photo) })));
    const files = photos.map(async (photo) => ({ name: photo.file, bytes: (await stored(photo)).bytes }));
    after = await readTags(await Promise.all(files));
  }, 60_000);

  test.each(photos)(
    'in $file is gone after it was stored, except its orientation',
    ({ file, removed, kept = [], orientation }) => {
      const [sent = {}, left = {}] = [before?.get(file), after?.get(file)];
      expect(Object.keys(sent)).toEqual(expect.arrayContaining(removed));
      expect(Object.keys(left).filter((tag) => !isHarmless(tag))).toEqual([]);
      expect(left['EXIF:IFD0:Orientation']).toBe(orientation);
      expect(kept.map((tag) => left[tag] ?? `no ${tag}`)).toEqual(kept.map((tag) => sent[tag]));
    },
  );
});

/** The pixels of all frames as they are coded. */
function pixelsOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { animated: true }).raw().toBuffer();
}
