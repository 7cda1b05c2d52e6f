import { describe, expect, test } from 'vitest';
import { box, gridData, heifFile, properties, readHevc, uint32 } from '../../../../tests/corpus/converted/heif-file.ts';
import { readLarge } from '../../../../tests/corpus/converted/large-images.ts';
import { readConverted } from '../../../../tests/corpus/converted/photos.ts';
import { readerOf } from '../../testing/image-reader.ts';
import { jpeg } from '../../testing/images.ts';
import type { ImageInput } from '../image-reader.ts';

const timeout = 60_000;
const read = readerOf(100_000);
const convert = (bytes: Buffer, options: Partial<ImageInput> = {}) =>
  read({ data: bytes.toString('base64'), fit: true, ...options });

const plain = readConverted({ file: 'plain.heic' });
const { configuration, data } = readHevc(plain);
const size = { width: 144, height: 96 };
const unsupported = (message: RegExp) => ({
  message: expect.stringMatching(message),
  extensions: { code: 'UNSUPPORTED_IMAGE' },
});

/** A file of one image, with other properties. */
function fileOf(...own: Buffer[]): Buffer {
  return heifFile({ primary: 1, items: [{ id: 1, type: 'hvc1', data, properties: [configuration, ...own] }] });
}
const { size: sizeOf } = properties;

test('a HEIC may be declared as image/heic or image/heif', async () => {
  for (const contentType of ['image/heic', 'image/heif'])
    expect(await convert(plain, { contentType })).toMatchObject({ contentType: 'image/jpeg', ...size });
  const mismatch = unsupported(/^image.contentType does not match image.data, which is image\/heic: set it to that/);
  await expect(convert(plain, { contentType: 'image/jpeg' })).rejects.toMatchObject(mismatch);
});

test('without fit, it is UNSUPPORTED_IMAGE, with what to do', async () => {
  for (const options of [{ fit: false }, { fit: false, contentType: 'image/heic' }, { fit: false, keepMetadata: true }])
    await expect(convert(plain, options)).rejects.toMatchObject(
      unsupported(/it is HEIC. Set image.fit to true to have it converted, or export it as JPEG: on an iPhone/),
    );
});

test('the same file gives the same bytes', async () => {
  expect(await convert(plain)).toEqual(await convert(plain));
});

describe('too many pixels are UNSUPPORTED_IMAGE, with how to export the photo:', () => {
  const words = (megapixels: string) =>
    unsupported(
      new RegExp(
        `^The HEIC image takes too much memory to convert, at ${megapixels} megapixels: take it with 12 .*iPhone.*JPEG`,
      ),
    );

  test.each<[string, string, Buffer]>([
    ['24.5 megapixels', '24.5', readLarge('too-large.heic')],
    ['fewer, which take more memory', '16.8', readLarge('too-deep.heic')],
    ['a size that the pixels do not have', '4294.9', fileOf(sizeOf(65_535, 65_535))],
  ])('%s', async (_, megapixels, bytes) => {
    await expect(convert(bytes)).rejects.toMatchObject(words(megapixels));
  });
});

/** A grid whose only tile it is. */
const itself = heifFile({
  primary: 1,
  items: [
    {
      id: 1,
      type: 'grid',
      data: gridData({ rows: 1, columns: 1 }, 144, 96),
      properties: [sizeOf(144, 96)],
      references: [{ type: 'dimg', to: [1] }],
    },
  ],
});
/** JPEG in the container of HEIF. */
const otherCodec = heifFile({
  primary: 1,
  items: [{ id: 1, type: 'jpeg', data: await jpeg(size), properties: [sizeOf(144, 96)] }],
  brands: ['mif1', 'mif1'],
});

function nested(depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) inner = box(level === depth - 1 ? 'meta' : 'ipco', inner);
  return inner;
}

function profileOf(colours: string): Buffer {
  return Buffer.concat([Buffer.alloc(16), Buffer.from(colours), Buffer.alloc(400)]);
}

/** Changes the size in the header. */
function lie(bytes: Buffer, width: number, height: number): Buffer {
  const at = bytes.indexOf('ispe') + 8;
  return Buffer.concat([bytes.subarray(0, at), uint32(width, height), bytes.subarray(at + 8)]);
}

describe('a hostile file is UNSUPPORTED_IMAGE:', { timeout }, () => {
  /** The same pixels in the tiles of an image. */
  const gridOf = (rows: number, columns: number, [width, height]: [number, number], tiles = rows * columns) =>
    heifFile({
      primary: 2,
      items: [
        { id: 1, type: 'hvc1', data, properties: [configuration, sizeOf(144, 96)], isHidden: true },
        {
          id: 2,
          type: 'grid',
          data: gridData({ rows, columns }, width, height),
          properties: [sizeOf(width, height)],
          references: [{ type: 'dimg', to: Array(tiles).fill(1) }],
        },
      ],
    });

  test.each<[string, RegExp, Buffer]>([
    ['pixels of another size than it says', /./, fileOf(sizeOf(64, 64))],
    ['fewer pixels than it says', /./, fileOf(sizeOf(4_000, 4_000))],
    ['the largest size', /damaged/, fileOf(sizeOf(2 ** 32 - 1, 2 ** 32 - 1))],
    ['no size', /damaged/, fileOf()],
    ['an empty profile', /damaged/, fileOf(sizeOf(144, 96), properties.profile(Buffer.alloc(0)))],
    ['a size of 0', /damaged/, fileOf(sizeOf(0, 96))],
    ['large pixels as a small image', /too much memory/, lie(readLarge('too-large.heic'), 16, 16)],
    ['tiles that do not cover it', /damaged/, gridOf(2, 2, [4_000, 4_000])],
    ['fewer tiles than it says', /damaged/, gridOf(2, 2, [200, 100], 3)],
    ['a tile that is the image itself', /./, itself],
    ['no primary image', /damaged/, heifFile({ primary: 9, items: [] })],
    ['another codec', /coded in a way that is not converted/, otherCodec],
    ['a box beyond the end', /./, Buffer.concat([plain.subarray(0, 28), uint32(2 ** 32 - 1), plain.subarray(32)])],
    ['nothing but its brand', /damaged/, plain.subarray(0, 24)],
    ['boxes in boxes', /damaged/, Buffer.concat([plain.subarray(0, 24), nested(5_000)])],
  ])('%s', async (_, message, bytes) => {
    await expect(convert(bytes)).rejects.toMatchObject(unsupported(message));
  });

  test('a file that is cut anywhere', async () => {
    const phone = readConverted({ file: 'phone.heic' });
    for (const bytes of [plain, phone])
      for (let part = 1; part < 12; part += 1)
        await expect(convert(bytes.subarray(0, Math.floor((bytes.length * part) / 12)))).rejects.toMatchObject({
          extensions: { code: 'UNSUPPORTED_IMAGE' },
        });
  });

  test('or a photo, if one of its bytes is changed', async () => {
    const phone = readConverted({ file: 'phone.heic' });
    for (let at = 8; at < phone.length; at += 229) {
      const bytes = Buffer.from(phone);
      bytes[at] = ~(bytes[at] ?? 0);
      await convert(bytes).then(
        (image) => expect(image.contentType).toMatch(/^image\/(jpeg|png)$/),
        (error: unknown) => expect(error).toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } }),
      );
    }
  });
});

describe('a profile that does not fit is left out:', () => {
  test.each<[string, Buffer]>([
    ['no profile', Buffer.alloc(400, 'x')],
    ['one of grey', profileOf('GRAY')],
    ['a damaged one', profileOf('RGB ')],
  ])('%s', async (_, profile) => {
    const { base64 } = await convert(fileOf(sizeOf(144, 96), properties.profile(profile)));
    expect(base64).toBe((await convert(plain)).base64);
  });
});
