import { afterAll, describe, expect, test } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { decodersOf, hasProcFolder, residentMb } from '../testing/decoder-processes.ts';
import { animatedPng, plainJpeg, zeroGif, zeroPng } from '../testing/extreme-images.ts';
import { jpegOfScans, plainGif } from '../testing/images.ts';
import { createDecoderProcess } from './decoder-process.ts';
import { detectImageType } from './image-format.ts';

const timeout = 60_000;
/** Limit of all decodes together, compared with a system that has decoded nothing. */
const maxMb = 256;

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log, timeoutMs: timeout });
afterAll(() => decoder.close());

/** Decodes an image, and checks how much memory all decoders have taken. */
async function decode(bytes: Buffer) {
  const contentType = detectImageType(bytes) ?? expect.fail('no known type');
  const outcome = await decoder.decode({ contentType, bytes, keepMetadata: false, maxBytes: bytes.length });
  if (hasProcFolder) expect(peakMb()).toBeLessThan(maxMb);
  return outcome;
}

/** The peak of every decoder process that runs: one of them may be ending. */
function peakMb(): number {
  const peaks = decodersOf(process.pid).map((pid) => residentMb(pid, 'peak') || 0);
  return peaks.reduce((sum, peak) => sum + peak, 0);
}

interface Size {
  width: number;
  height: number;
}
type Images = [name: string, size: Size, make: (size: Size) => Buffer | Promise<Buffer>][];

const squareOf = (side: number) => ({ width: side, height: side });
const square = squareOf(6_324);
const wide = { width: 65_535, height: 610 };
const high = { width: 610, height: 65_535 };
const wideJpeg = { width: 65_500, height: 610 };

/** The largest of their kinds that are accepted, at 40 megapixels or at the limit of memory. */
const accepted: Images = [
  ...[square, wide, high].flatMap(
    (size): Images => [
      ['grey PNG', size, () => zeroPng({ ...size, colour: 'grey' })],
      ['RGB PNG', size, () => zeroPng({ ...size, colour: 'rgb' })],
      ['interlaced grey PNG', size, () => zeroPng({ ...size, colour: 'grey', isInterlaced: true })],
    ],
  ),
  ['RGBA PNG of 16 bits', square, () => zeroPng({ ...square, colour: 'rgba', depth: 16 })],
  ['RGBA PNG of 16 bits', high, () => zeroPng({ ...high, colour: 'rgba', depth: 16 })],
  ['interlaced RGB PNG', squareOf(5_700), (size) => zeroPng({ ...size, colour: 'rgb', isInterlaced: true })],
  [
    'interlaced RGBA PNG of 16 bits',
    squareOf(3_400),
    (size) => zeroPng({ ...size, colour: 'rgba', depth: 16, isInterlaced: true }),
  ],
  ['animated PNG', square, () => animatedPng(square, { frames: 3 })],
  ['animated PNG with another still image', square, () => animatedPng(square, { hasStill: true })],
  ['JPEG', square, () => plainJpeg({ ...square, subsampling: '4:4:4' })],
  ['JPEG', wideJpeg, () => plainJpeg({ ...wideJpeg, subsampling: '4:2:0' })],
  ['CMYK JPEG', square, () => plainJpeg({ ...square, colours: 'cmyk' })],
  ['progressive grey JPEG', square, () => plainJpeg({ ...square, colours: 'b-w', isProgressive: true })],
  ['progressive JPEG of fewer colours', squareOf(5_700), (size) => plainJpeg({ ...size, isProgressive: true })],
  ['progressive JPEG', squareOf(4_100), (size) => plainJpeg({ ...size, subsampling: '4:4:4', isProgressive: true })],
  [
    'progressive CMYK JPEG',
    squareOf(3_400),
    (size) => plainJpeg({ ...size, colours: 'cmyk', subsampling: '4:4:4', isProgressive: true }),
  ],
  ['JPEG of many scans', squareOf(2_000), (size) => jpegOfScans({ ...size, scans: 100 })],
  ['JPEG of ten scans', square, () => jpegOfScans({ ...square, scans: 10 })],
  ['GIF of one frame', squareOf(3_400), (size) => zeroGif({ ...size, frames: 1, disposal: 3 })],
  ['GIF of frames that are undone', squareOf(3_400), (size) => zeroGif({ ...size, frames: 8, disposal: 3 })],
  ['GIF of frames that stay', squareOf(3_400), (size) => zeroGif({ ...size, frames: 8, disposal: 1 })],
  ['GIF of wide frames', { width: 30_000, height: 100 }, (size) => zeroGif({ ...size, frames: 33, disposal: 2 })],
  ['GIF of high frames', { width: 2, height: 65_535 }, (size) => zeroGif({ ...size, frames: 30, disposal: 2 })],
  [
    'GIF of thousands of frames',
    squareOf(100),
    (size) => plainGif({ ...size, frames: Array(10_000).fill(squareOf(1)) }),
  ],
];

/** Images that would take more, each with the limit that its error names. */
const rejected: [name: string, limit: string, make: () => Buffer | Promise<Buffer>][] = [
  ['PNG of one very long row', '65535 pixels', () => zeroPng({ width: 40_000_000, height: 1, colour: 'grey' })],
  [
    'the same, RGBA of 16 bits',
    '65535 pixels',
    () => zeroPng({ width: 40_000_000, height: 1, colour: 'rgba', depth: 16 }),
  ],
  ['PNG of two very long columns', '65535 pixels', () => zeroPng({ width: 2, height: 20_000_000, colour: 'grey' })],
  ['wide RGBA PNG of 16 bits', '112 MB', () => zeroPng({ ...wide, colour: 'rgba', depth: 16 })],
  ['interlaced RGBA PNG', '112 MB', () => zeroPng({ ...square, colour: 'rgba', depth: 16, isInterlaced: true })],
  ['progressive JPEG', '112 MB', () => plainJpeg({ ...square, subsampling: '4:4:4', isProgressive: true })],
  ['JPEG of too many scans', '400 megapixels in all scans', () => jpegOfScans({ ...square, scans: 11 })],
  ['GIF of a large screen', '112 MB', () => zeroGif({ ...square, frames: 1, disposal: 1 })],
  ['GIF of many rows', '2 million', () => zeroGif({ width: 2, height: 65_535, frames: 31, disposal: 1 })],
  ['GIF of many frames', '100 in all frames', () => zeroGif({ ...squareOf(2_000), frames: 26, disposal: 1 })],
];

describe('an image of extreme memory is accepted:', () => {
  test.each(accepted)('%s of %j', { timeout }, async (_, size, make) => {
    expect(await decode(await make(size))).toEqual({ size });
  });
});

describe('an image of too much memory or work is rejected with the limit:', () => {
  test.each(rejected)('%s: %s', { timeout }, async (_, limit, make) => {
    const bytes = await make();
    const outcome = await decode(bytes);
    expect(outcome).toEqual({ unsupported: expect.stringContaining(limit) });
    expect(await decode(bytes)).toEqual(outcome);
  });
});

test('none of them was too much for a decoder', () => {
  expect(lines).toEqual([]);
});
