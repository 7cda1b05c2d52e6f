import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readerOf } from '../testing/image-reader.ts';
import { noise } from '../testing/images.ts';

const maxBytes = 2_000;
const read = readerOf(maxBytes);

/** The first box of an ISO media file. */
function fileType(major: string, ...compatible: string[]): Buffer {
  const brands = Buffer.from(`ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(brands.length + 4);
  return Buffer.concat([length, brands]);
}

const requireType = (name: string) => contentTypes[name] ?? expect.fail(`${name} has no content type`);

const image = () => noise({ width: 16, height: 16 });
const converted = /Set image\.fit to true to have it converted, or save it as JPEG or PNG\.$/;
const heicConverted =
  /Set image\.fit to true to have it converted, or export it as JPEG: on an iPhone, choose Settings/;

/** The content type that browsers and systems give files of a format. */
const contentTypes: Record<string, string> = {
  WebP: 'image/webp',
  AVIF: 'image/avif',
  TIFF: 'image/tiff',
  HEIC: 'image/heic',
  BMP: 'image/bmp',
  'JPEG XL': 'image/jxl',
  SVG: 'image/svg+xml',
};

const foreign: [name: string, remedy: RegExp, make: () => Promise<Buffer> | Buffer][] = [
  ['WebP', converted, () => image().webp().toBuffer()],
  ['AVIF', converted, () => image().avif({ effort: 0 }).toBuffer()],
  ['AVIF', converted, () => fileType('mif1', 'mif1', 'avif', 'miaf')],
  ['TIFF', converted, () => image().tiff().toBuffer()],
  ['TIFF', converted, () => Buffer.from('MM\0+\0\x08\0\0', 'latin1')],
  ['HEIC', heicConverted, () => fileType('heic', 'mif1', 'heic')],
  ['HEIC', heicConverted, () => fileType('mif1', 'mif1', 'heix')],
  ['BMP', /Save it as PNG\.$/, () => Buffer.from(`BM\x7a\0\0\0\0\0\0\0\x7a\0\0\0`, 'latin1')],
  ['JPEG XL', /Save it as JPEG or PNG\.$/, () => Buffer.from('\xff\x0a\xfa\x1f', 'latin1')],
  ['JPEG XL', /Save it as JPEG or PNG\.$/, () => Buffer.from('\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ', 'latin1')],
  ['SVG', /Export it as PNG\.$/, () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['SVG', /Export it as PNG\.$/, () => Buffer.from('\ufeff<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="9"/>')],
];

describe('an image of a format that is not stored is UNSUPPORTED_IMAGE, with its name and what to do:', () => {
  test.each(foreign)('%s: %s', async (name, remedy, make) => {
    const small = await make();
    const large = Buffer.concat([small, Buffer.alloc(maxBytes)]);
    for (const bytes of [small, large]) {
      const declared = ['image/jpeg', requireType(name)].map((contentType) => ({ contentType }));
      for (const options of [{}, { keepMetadata: true }, ...declared]) {
        const error = await read({ data: bytes.toString('base64'), ...options }).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } });
        expect(error).toMatchObject({
          message: expect.stringContaining(`(image/gif, image/jpeg, image/png): it is ${name}. `),
        });
        expect(error).toMatchObject({ message: expect.stringMatching(remedy) });
      }
    }
  });
});

test('an image that cannot be converted is UNSUPPORTED_IMAGE with fit, too', async () => {
  const others = foreign.filter(([, remedy]) => remedy !== converted && remedy !== heicConverted);
  for (const [name, remedy, make] of others) {
    for (const contentType of [null, requireType(name)]) {
      const input = { data: (await make()).toString('base64'), contentType, fit: true };
      const error = await read(input).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } });
      expect(error).toMatchObject({ message: expect.stringContaining(`it is ${name}. `) });
      expect(error).toMatchObject({ message: expect.stringMatching(remedy) });
    }
  }
});

test('HTML is not taken for SVG, and a text of BM not for BMP', async () => {
  for (const text of ['<!doctype html><p>svg</p>', 'BMX is a sport']) {
    await expect(read({ data: Buffer.from(text).toString('base64') })).rejects.toMatchObject({
      message: expect.stringMatching(/not an image of a supported type \([^)]*\)\.$/),
    });
  }
});

test('a file that is HEIC by its name alone is no AVIF', async () => {
  const avif = await image().avif({ effort: 0 }).toBuffer();
  expect((await sharp(avif).metadata()).compression).toBe('av1');
  const data = Buffer.from(avif.toString('latin1').replaceAll('avif', 'heic'), 'latin1').toString('base64');
  await expect(read({ data, fit: true })).rejects.toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } });
});

describe('contentType', () => {
  const make = { jpeg: () => image().jpeg(), png: () => image().png(), webp: () => image().webp() };
  const readAs = async (format: keyof typeof make, contentType: string) => {
    const data = (await make[format]().toBuffer()).toString('base64');
    return read({ data, contentType, fit: format === 'webp' });
  };

  test.each<[keyof typeof make, string]>([
    ['jpeg', 'image/png'],
    ['jpeg', 'image/jpg'],
    ['jpeg', 'IMAGE/JPEG'],
    ['png', 'image/png; charset=binary'],
    ['png', ''],
    ['png', 'png'],
    ['png', 'image/*'],
    ['png', 'application/octet-stream'],
    ['png', `image/png${' '.repeat(200)}`],
    ['webp', 'image/jpeg'],
  ])('of a %s must not be %j, and the error says what it is', async (format, contentType) => {
    await expect(readAs(format, contentType)).rejects.toMatchObject({
      extensions: { code: 'UNSUPPORTED_IMAGE' },
      message: `image.contentType does not match image.data, which is image/${format}: set it to that, or leave it out.`,
    });
  });
});

test('an image without bytes is UNSUPPORTED_IMAGE, which says so', async () => {
  await expect(read({ data: '' })).rejects.toMatchObject({ message: expect.stringContaining('image.data is empty') });
});
