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

const image = () => noise({ width: 16, height: 16 });
const converted = /Set image\.fit to true to have it converted, or save it as JPEG or PNG\.$/;
const exported = /Export it as JPEG: on an iPhone, choose Settings/;

const foreign: [name: string, remedy: RegExp, make: () => Promise<Buffer> | Buffer][] = [
  ['WebP', converted, () => image().webp().toBuffer()],
  ['AVIF', converted, () => image().avif({ effort: 0 }).toBuffer()],
  ['AVIF', converted, () => fileType('mif1', 'mif1', 'avif', 'miaf')],
  ['TIFF', converted, () => image().tiff().toBuffer()],
  ['TIFF', converted, () => Buffer.from('MM\0+\0\x08\0\0', 'latin1')],
  ['HEIC', exported, () => fileType('heic', 'mif1', 'heic')],
  ['HEIC', exported, () => fileType('mif1', 'mif1', 'heix')],
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
      for (const options of [{}, { keepMetadata: true }, { contentType: 'image/jpeg' }]) {
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
  const others = foreign.filter(([, remedy]) => remedy !== converted);
  for (const [name, remedy, make] of others) {
    const error = await read({ data: (await make()).toString('base64'), fit: true }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } });
    expect(error).toMatchObject({ message: expect.stringContaining(`it is ${name}. `) });
    expect(error).toMatchObject({ message: expect.stringMatching(remedy) });
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
