import { describe, expect, test } from 'vitest';
import { gifFrame, noise, plainGif } from '../../testing/images.ts';
import { DamagedImageError } from '../formats/opened-image.ts';
import { openGif } from './gif.ts';

const size = { width: 2, height: 2 };
const ofCodes = (...codes: number[]) => plainGif({ ...size, frames: [{ ...size, codes }] });
const [clear, end] = [4, 5];

/** False if the GIF lacks pixels, or has no frame. */
function isWhole(bytes: Buffer): boolean {
  try {
    openGif(bytes).repair();
    return true;
  } catch (error) {
    if (error instanceof DamagedImageError) return false;
    throw error;
  }
}

describe('a GIF lacks pixels', () => {
  test('without a frame', () => {
    expect(isWhole(plainGif({ ...size, frames: [] }))).toBe(false);
  });

  test.each([
    ['no codes', []],
    ['only an end code', [end]],
    ['only a clear code', [clear]],
    ['one pixel', [clear, 0, end]],
    ['one pixel too few', [clear, 0, 1, clear, 0, end]],
    ['its missing pixels after the end code', [clear, 0, 1, end, 0, 1, 0, 1]],
    ['an undefined code as its first', [clear, 6, clear, 0, 1, clear, 0, 1, end]],
    ['an undefined code later on', [clear, 0, 7, clear, 0, 1, clear, 0, 1, end]],
  ])('if a frame of four pixels has %s', (_, codes) => {
    expect(isWhole(ofCodes(...codes))).toBe(false);
  });

  test.each([0, 12, 255])('if a frame has codes of %i bits', (bits) => {
    const bytes = ofCodes(clear, 0, 1, clear, 0, 1, end);
    const codesStart = bytes.indexOf(0x2c) + 10;
    expect(bytes[codesStart]).toBe(2);
    bytes[codesStart] = bits;
    expect(isWhole(bytes)).toBe(false);
  });

  test.each([2, 16, 256])('if a large frame of %i colours has half of its codes', async (colours) => {
    const bytes = await noise({ width: 200, height: 200 }).gif({ colours, dither: 0 }).toBuffer();
    expect(isWhole(bytes)).toBe(true);
    const half = Buffer.concat([bytes.subarray(0, middleBlock(bytes)), Buffer.from([0x00, 0x3b])]);
    expect(isWhole(half)).toBe(false);
  });
});

/** The offset of the sub-block in the middle of the first frame's sub-blocks. */
function middleBlock(bytes: Buffer): number {
  const frame = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 200, 0, 200, 0]));
  const flags = bytes[frame + 9] ?? 0;
  const starts: number[] = [];
  let at = frame + 11 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  for (let length = bytes[at]; length; length = bytes[at]) {
    starts.push(at);
    at += 1 + length;
  }
  return starts[starts.length >> 1] ?? at;
}

describe('a GIF has all of its pixels', () => {
  test.each([
    ['one code for each', [clear, 0, 1, clear, 0, 1, end]],
    ['no end code', [clear, 0, 1, clear, 0, 1]],
    ['no clear code', [0, 1, clear, 0, 1, end]],
    ['more pixels than needed', [clear, 0, 1, clear, 0, 1, clear, 0, end]],
    // Code 6 is defined at its first use: the previous pixel and the first of it again.
    ['codes for several pixels', [clear, 0, 6, 1, end]],
  ])('if its four pixels have %s', (_, codes) => {
    expect(isWhole(ofCodes(...codes))).toBe(true);
  });

  test.each([2, 3, 4, 7, 16, 64, 256])(
    'if a large frame has %i colours, whose codes grow to 12 bits',
    async (colours) => {
      const large = { width: 300, height: 200 };
      for (const options of [{ colours }, { colours, dither: 0 }, { colours, progressive: true }]) {
        expect(isWhole(await noise(large).gif(options).toBuffer())).toBe(true);
      }
    },
  );
});

test('a GIF of two frames that is cut anywhere is read unless a frame that it begins lacks pixels', () => {
  const frameBytes = gifFrame(size).length;
  const bytes = plainGif({ ...size, frames: [size, size] });
  const start = bytes.indexOf(0x2c);
  const second = start + frameBytes;
  // An empty sub-block follows the data.
  const afterPixels = [second - 1, second];
  const expected = [...afterPixels, ...afterPixels.map((at) => at + frameBytes), bytes.length];
  const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length);
  expect(lengths.filter((length) => isWhole(bytes.subarray(0, length)))).toEqual(expected);
});

test.each([
  ['its logical screen', { width: 300, height: 2 }, { width: 2, height: 1 }, { width: 300, height: 2 }],
  ['its first frame, if its screen has no pixels', { width: 0, height: 0 }, size, size],
  ['its first frame, if its screen is smaller', { width: 1, height: 1 }, size, size],
  ['both, if its screen is wider and lower', { width: 5, height: 1 }, size, { width: 5, height: 2 }],
  ['its first frame with its offset', { width: 2, height: 2 }, { ...size, left: 3, top: 4 }, { width: 5, height: 6 }],
])('the size of a GIF is that of %s', (_, screen, frame, expected) => {
  expect(openGif(plainGif({ ...screen, frames: [frame, { width: 9, height: 9 }] })).size).toEqual(expected);
});

test('a repaired GIF has its blocks, without stray bytes and with a trailer', async () => {
  const bytes = plainGif({ ...size, frames: [size] });
  const [body, delay] = [bytes.subarray(0, -1), Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0])];
  const stray = Buffer.concat([body, Buffer.from([0, 0, 1]), delay, gifFrame(size), delay.subarray(0, 3)]);
  const expected = Buffer.concat([body, delay, gifFrame(size), Buffer.from([0x3b])]);
  expect(await openGif(stray).repair()).toEqual({ bytes: expected, hasWarnings: false });
  expect(openGif(stray).frames).toBe(2);
});
