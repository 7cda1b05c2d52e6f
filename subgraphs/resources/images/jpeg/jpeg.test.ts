import { describe, expect, test } from 'vitest';
import { greyJpeg, jpeg, noise, progressiveJpeg } from '../../testing/images.ts';
import { DamagedImageError } from '../formats/opened-image.ts';
import { openJpeg } from './jpeg.ts';

const end = Buffer.from([0xff, 0xd9]);

/** The file that the decoder gets, or the message of why there is none. */
async function repaired(bytes: Buffer): Promise<Buffer | string> {
  try {
    return (await openJpeg(bytes).repair()).bytes;
  } catch (error) {
    if (error instanceof DamagedImageError) return error.message;
    throw error;
  }
}

describe('a JPEG is damaged', () => {
  test('wherever it is cut, with an end marker and without', async () => {
    const size = { width: 19, height: 9 };
    for (const bytes of [await jpeg(size), await progressiveJpeg(size), await greyJpeg(size)]) {
      const lastScan = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = bytes.subarray(0, length);
        expect({ length, outcome: await repaired(cut) }).toEqual({ length, outcome: expect.any(String) });
        const isInLastScan = length > lastScan + 1 && length < bytes.length - 3;
        if (isInLastScan) expect(await repaired(Buffer.concat([cut, end]))).toEqual(expect.any(String));
      }
    }
  });

  test('without an end marker, and the message says so', async () => {
    expect(await repaired((await jpeg()).subarray(0, -2))).toMatch(/has no end-of-image marker/);
  });
});

describe('a JPEG is read to its last code', () => {
  test.each([
    { width: 1, height: 1 },
    { width: 17, height: 31 },
    { width: 300, height: 200 },
  ])('in every sampling and process: %j', async (size) => {
    for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
      for (const options of [{}, { progressive: true }, { optimiseCoding: false }, { quality: 100 }, { quality: 3 }]) {
        const bytes = await noise(size)
          .jpeg({ chromaSubsampling, ...options })
          .toBuffer();
        expect(openJpeg(bytes).size).toEqual(size);
        const once = await repaired(bytes);
        expect(once).toBeInstanceOf(Buffer);
        expect(await repaired(Buffer.from(once))).toEqual(once);
      }
    }
  });

  test('and bytes after it are left out', async () => {
    for (const bytes of [await jpeg({ width: 40, height: 40 }), await progressiveJpeg({ width: 40, height: 40 })]) {
      const [data, rest] = [bytes.subarray(0, -2), Buffer.from('stray\xff\0', 'latin1')];
      expect(await repaired(Buffer.concat([data, rest, end]))).toEqual(await repaired(bytes));
    }
  });
});
