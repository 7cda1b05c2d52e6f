import { describe, expect, test } from 'vitest';
import { gif, noise, plainGif } from '../testing/images.ts';
import { gifReachesEnd, gifScreenSize } from './gif.ts';

const size = { width: 2, height: 2 };
const ofCodes = (...codes: number[]) => plainGif({ ...size, frames: [{ ...size, codes }] });
const [clear, end] = [4, 5];

describe('a GIF does not reach its end', () => {
  test('without a frame', () => {
    expect(gifReachesEnd(plainGif({ ...size, frames: [] }))).toBe(false);
  });

  test.each([
    ['no codes', []],
    ['an end alone', [end]],
    ['a start alone', [clear]],
    ['one pixel', [clear, 0, end]],
    ['a pixel too few', [clear, 0, 1, clear, 0, end]],
    ['its missing pixels behind its end', [clear, 0, 1, end, 0, 1, 0, 1]],
    ['at its start a code that stands for nothing yet', [clear, 6, clear, 0, 1, clear, 0, 1, end]],
    ['later on a code that stands for nothing yet', [clear, 0, 7, clear, 0, 1, clear, 0, 1, end]],
  ])('with a frame of four pixels that holds %s', (_, codes) => {
    expect(gifReachesEnd(ofCodes(...codes))).toBe(false);
  });

  test.each([0, 12, 255])('with a frame whose codes are of %i bits', (bits) => {
    const bytes = ofCodes(clear, 0, 1, clear, 0, 1, end);
    const codesStart = bytes.indexOf(0x2c) + 10;
    expect(bytes[codesStart]).toBe(2);
    bytes[codesStart] = bits;
    expect(gifReachesEnd(bytes)).toBe(false);
  });

  test.each([2, 16, 256])('with half of the codes of a large frame of %i colours', async (colours) => {
    const bytes = await noise({ width: 200, height: 200 }).gif({ colours, dither: 0 }).toBuffer();
    expect(gifReachesEnd(bytes)).toBe(true);
    const half = Buffer.concat([bytes.subarray(0, middleBlock(bytes)), Buffer.from([0x00, 0x3b])]);
    expect(gifReachesEnd(half)).toBe(false);
  });
});

/** Where the block begins that lies in the middle of the first frame's blocks. */
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

describe('a GIF reaches its end', () => {
  test.each([
    ['each by itself', [clear, 0, 1, clear, 0, 1, end]],
    ['without an end of codes', [clear, 0, 1, clear, 0, 1]],
    ['without a start of codes', [0, 1, clear, 0, 1, end]],
    ['and more of them', [clear, 0, 1, clear, 0, 1, clear, 0, end]],
    // 6 stands for two pixels when it is read for the first time: those before it, and the first of them again.
    ['by codes that stand for several', [clear, 0, 6, 1, end]],
  ])('with four pixels: %s', (_, codes) => {
    expect(gifReachesEnd(ofCodes(...codes))).toBe(true);
  });

  test.each([2, 3, 4, 7, 16, 64, 256])(
    'with a large frame of %i colours, whose codes grow to their longest',
    async (colours) => {
      const large = { width: 300, height: 200 };
      for (const options of [{ colours }, { colours, dither: 0 }, { colours, progressive: true }]) {
        expect(gifReachesEnd(await noise(large).gif(options).toBuffer())).toBe(true);
      }
    },
  );
});

test('the size of a GIF is that of its screen, and of none where it is cut before that', async () => {
  const bytes = await gif({ width: 300, height: 2 });
  expect(gifScreenSize(bytes)).toEqual({ width: 300, height: 2 });
  expect(gifScreenSize(bytes.subarray(0, 10))).toEqual({ width: 300, height: 2 });
  expect(gifScreenSize(bytes.subarray(0, 9))).toEqual({ width: 0, height: 0 });
});
