import { readdirSync, readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readerOf } from '../../../subgraphs/resources/testing/image-reader.ts';
import { hasExiftool, readTags, type Tags } from '../exiftool.ts';
import { convertedFolder, convertedPhotos, describeConvertedPhotos, readConverted } from './photos.ts';
import { photo, size, transparent } from './pictures.ts';

const timeout = 60_000;
const read = readerOf(100_000);
const stored = async ({ file }: { file: string }, keepMetadata = false) => {
  const image = await read({ data: readConverted({ file }).toString('base64'), fit: true, keepMetadata });
  return { ...image, bytes: Buffer.from(image.base64, 'base64') };
};

test('the corpus has the photos of its page', () => {
  expect(readdirSync(convertedFolder).sort()).toEqual(convertedPhotos.map(({ file }) => file).sort());
  expect(readFileSync(new URL('README.md', import.meta.url), 'utf8')).toBe(describeConvertedPhotos());
});

/** The means of 6 by 4 fields, and what is seen of the transparent ones on black. */
async function fieldsOf(image: Sharp): Promise<number[]> {
  const png = await image.flatten({ background: 'black' }).png().toBuffer();
  return [...(await sharp(png).resize(6, 4, { kernel: 'mitchell' }).removeAlpha().raw().toBuffer())];
}

describe.each(convertedPhotos)('$file: $has', { timeout }, ({ file, becomes }) => {
  test(`becomes ${becomes} upright, with the same colours in sRGB`, async () => {
    const image = await stored({ file });
    expect(image).toMatchObject({ contentType: becomes, ...size });
    const metadata = await sharp(image.bytes).metadata();
    expect([metadata.width, metadata.height, metadata.icc, metadata.orientation]).toEqual([
      size.width,
      size.height,
      undefined,
      undefined,
    ]);
    const shown = sharp(image.bytes);
    const alpha = metadata.hasAlpha ? await shown.clone().extractChannel(3).raw().toBuffer() : undefined;
    // Half of it is half transparent.
    if (alpha) expect([alpha[0], alpha.at(-1)]).toEqual([expect.closeTo(128, -1), 255]);
    const [actual, expected] = [await fieldsOf(shown), await fieldsOf(alpha ? await transparent() : photo())];
    const differences = actual.map((value, at) => Math.abs(value - (expected[at] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(6);
  });
});

if (!hasExiftool) console.warn('Skipped: what ExifTool finds in converted photos. It needs Perl.');

describe.skipIf(!hasExiftool)('what ExifTool finds', () => {
  const isExif = /^EXIF:(IFD0|ExifIFD|GPS):/;
  /** The orientation, and tags by which a TIFF describes its own pixels. */
  const isLayout =
    /:(Orientation|ImageWidth|ImageHeight|BitsPer|Compression|Photometric|Planar|Predictor|[XY]?Resolution|RowsPer|Sample|Strip)/;
  let [sent, left, kept]: Map<string, Tags>[] = [];
  beforeAll(async () => {
    const tagsOf = async (bytesOf: (photo: { file: string }) => Promise<Buffer>) => {
      const files = convertedPhotos.map(async ({ file }) => ({ name: file, bytes: await bytesOf({ file }) }));
      return readTags(await Promise.all(files));
    };
    sent = await tagsOf(async (photo) => readConverted(photo));
    left = await tagsOf(async (photo) => (await stored(photo)).bytes);
    kept = await tagsOf(async (photo) => (await stored(photo, true)).bytes);
  }, timeout);

  test.each(convertedPhotos)('in $file is gone after it was stored', ({ file, removed = [] }) => {
    expect(Object.keys(sent?.get(file) ?? {})).toEqual(expect.arrayContaining(removed));
    const about = /^(SourceFile$|File:|ExifTool:ExifToolVersion$|Composite:(ImageSize|Megapixels)$|JFIF:|PNG:)/;
    expect(Object.keys(left?.get(file) ?? {}).filter((tag) => !about.test(tag))).toEqual([]);
  });

  test.each(['phone.heic', 'phone.webp', 'phone.avif', 'phone.tiff'])(
    'in %s that keeps its metadata are its EXIF data, with the orientation that has been applied',
    (file) => {
      const [phone = {}, tags = {}] = [sent?.get(file), kept?.get(file)];
      const exif = Object.entries(phone).filter(([tag]) => isExif.test(tag) && !isLayout.test(tag));
      expect(exif.length).toBeGreaterThan(8);
      expect(Object.keys(tags)).not.toContain('XMP:XMP-dc:Creator');
      expect(tags).toMatchObject(Object.fromEntries(exif));
      expect(tags['EXIF:IFD0:Orientation'] ?? 1).toBe(1);
    },
  );
});
