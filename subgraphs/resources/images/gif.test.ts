import { describe, expect, test } from 'vitest';
import { gif, noise, plainGif } from '../testing/images.ts';
import { gifReachesEnd, gifScreenSize } from './gif.ts';

const size = { width: 2, height: 2 };
const ofCodes = (...codes: number[]) => plainGif({ ...size, frames: [{ ...size, codes }] });
const [clear, end] = [4, 5];

describe('a GIF is incomplete', () => {
  test('without a frame', () => {
    expect(gifReachesEnd(plainGif({ ...size, frames: [] }))).toBe(false);
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
    expect(gifReachesEnd(ofCodes(...codes))).toBe(false);
  });

  test.each([0, 12, 255])('if a frame has codes of %i bits', (bits) => {
    const bytes = ofCodes(clear, 0, 1, clear, 0, 1, end);
    const codesStart = bytes.indexOf(0x2c) + 10;
    expect(bytes[codesStart]).toBe(2);
    bytes[codesStart] = bits;
    expect(gifReachesEnd(bytes)).toBe(false);
  });

  test.each([2, 16, 256])('if a large frame of %i colours has half of its codes', async (colours) => {
    const bytes = await noise({ width: 200, height: 200 }).gif({ colours, dither: 0 }).toBuffer();
    expect(gifReachesEnd(bytes)).toBe(true);
    const half = Buffer.concat([bytes.subarray(0, middleBlock(bytes)), Buffer.from([0x00, 0x3b])]);
    expect(gifReachesEnd(half)).toBe(false);
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

describe('a GIF is complete', () => {
  test.each([
    ['one code for each', [clear, 0, 1, clear, 0, 1, end]],
    ['no end code', [clear, 0, 1, clear, 0, 1]],
    ['no clear code', [0, 1, clear, 0, 1, end]],
    ['more pixels than needed', [clear, 0, 1, clear, 0, 1, clear, 0, end]],
    // Code 6 is defined at its first use: the previous pixel and the first of it again.
    ['codes for several pixels', [clear, 0, 6, 1, end]],
  ])('if its four pixels have %s', (_, codes) => {
    expect(gifReachesEnd(ofCodes(...codes))).toBe(true);
  });

  test.each([2, 3, 4, 7, 16, 64, 256])(
    'if a large frame has %i colours, whose codes grow to 12 bits',
    async (colours) => {
      const large = { width: 300, height: 200 };
      for (const options of [{ colours }, { colours, dither: 0 }, { colours, progressive: true }]) {
        expect(gifReachesEnd(await noise(large).gif(options).toBuffer())).toBe(true);
      }
    },
  );
});

test('the size of a GIF is that of its logical screen, or 0 by 0 if it is cut before that', async () => {
  const bytes = await gif({ width: 300, height: 2 });
  expect(gifScreenSize(bytes)).toEqual({ width: 300, height: 2 });
  expect(gifScreenSize(bytes.subarray(0, 10))).toEqual({ width: 300, height: 2 });
  expect(gifScreenSize(bytes.subarray(0, 9))).toEqual({ width: 0, height: 0 });
});
