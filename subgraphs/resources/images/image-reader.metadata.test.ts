import { describe, expect, test } from 'vitest';
import { pngOfSize } from '../../../tests/support/pngs.ts';
import { readerOf } from '../testing/image-reader.ts';
import { animatedGif, jpeg, png, progressiveJpeg } from '../testing/images.ts';
import { UnsupportedImageError } from './formats/opened-image.ts';
import { detectImageType, type ImageType, openImage, removeMetadata } from './image-format.ts';
import { jpegSegment } from './jpeg/segments.ts';

const maxBytes = 1_000;
const read = readerOf(maxBytes);
const readBytes = (bytes: Buffer, keepMetadata?: boolean) =>
  read({ data: bytes.toString('base64'), ...(keepMetadata !== undefined && { keepMetadata }) });
const tooLarge = { extensions: { code: 'IMAGE_TOO_LARGE', maxBytes } };

/** A comment after the start of the image. */
const withComment = (bytes: Buffer, length = 900) =>
  Buffer.concat([bytes.subarray(0, 2), jpegSegment(0xfe, Buffer.alloc(length, 'x')), bytes.subarray(2)]);

describe('an image over the limit', () => {
  test('is accepted if it is not without its metadata', async () => {
    const plain = await jpeg();
    const [sent, fitting] = [withComment(plain), await pngOfSize(maxBytes)];
    expect(sent.length).toBeGreaterThan(maxBytes);
    expect(await readBytes(sent)).toEqual(await readBytes(plain));
    expect(await readBytes(Buffer.concat([fitting, Buffer.alloc(500_000)]))).toEqual(await readBytes(fitting));
  });

  test('is IMAGE_TOO_LARGE if it still is without its metadata', async () => {
    const large = await pngOfSize(maxBytes + 1);
    for (const bytes of [large, Buffer.concat([large, Buffer.from('more')])]) {
      await expect(readBytes(bytes)).rejects.toMatchObject(tooLarge);
    }
  });

  test('is IMAGE_TOO_LARGE if it keeps its metadata', async () => {
    const sent = withComment(await jpeg());
    await expect(readBytes(sent, true)).rejects.toMatchObject(tooLarge);
    await expect(readBytes(sent, false)).resolves.toMatchObject({ contentType: 'image/jpeg' });
  });

  test('is IMAGE_TOO_LARGE if it is damaged', async () => {
    const cut = withComment(await jpeg()).subarray(0, -2);
    const signatureAlone = Buffer.concat([(await png()).subarray(0, 8), Buffer.alloc(2_000)]);
    for (const bytes of [cut, signatureAlone]) await expect(readBytes(bytes)).rejects.toMatchObject(tooLarge);
  });
});

test('an image is stored as it was sent if it keeps its metadata', async () => {
  const sent = withComment(await jpeg(), 100);
  const image = await readBytes(sent, true);
  expect(image).toMatchObject({ base64: sent.toString('base64'), sizeBytes: sent.length });
  expect(image.sha256).not.toBe((await readBytes(sent)).sha256);
});

/** Pseudo-random numbers below a limit (Numerical Recipes), the same in every run. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Changes, inserts or removes some bytes. */
function mutate(bytes: Buffer, random: (limit: number) => number): Buffer {
  const at = random(bytes.length);
  const some = Buffer.from(Array.from({ length: 1 + random(8) }, () => (random(3) === 0 ? 0xff : random(256))));
  return Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at + random(2) * some.length)]);
}

const remove = (type: ImageType, bytes: Buffer) =>
  removeMetadata(type, bytes, Number.POSITIVE_INFINITY) ?? expect.fail('too large');

/** The file that the decoder gets; undefined if the image is rejected. */
async function repaired(type: ImageType, bytes: Buffer): Promise<Buffer | undefined> {
  try {
    return (await openImage(type, bytes).repair()).bytes;
  } catch (error) {
    if (error instanceof UnsupportedImageError) return undefined;
    throw error;
  }
}

describe('300 mutations, if they are accepted, have the same pixels without their metadata', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', async () => withComment(await jpeg(), 20)],
    ['progressive JPEG', async () => withComment(await progressiveJpeg(), 20)],
    ['PNG', async () => Buffer.concat([await png(), Buffer.from('more')])],
    ['GIF', () => animatedGif()],
  ])('%s', async (_, make) => {
    const bytes = await make();
    const random = randomNumbers(1);
    let accepted = 0;
    for (let run = 0; run < 300; run += 1) {
      const mutated = mutate(bytes, random);
      const type = detectImageType(mutated);
      const expected = type && (await repaired(type, mutated));
      if (!type || !expected) continue;
      accepted += 1;
      const kept = remove(type, mutated);
      expect(remove(type, kept)).toEqual(kept);
      const name = { run, bytes: mutated.toString('hex') };
      // Extensions are a part of what the decoder gets of a GIF.
      const pixels = type === 'image/gif' ? await repaired(type, remove(type, expected)) : expected;
      expect({ ...name, pixels: await repaired(type, kept) }).toEqual({ ...name, pixels });
    }
    expect(accepted).toBeGreaterThan(20);
  });
});
