import { afterAll, describe, expect, test } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { decodersOf, hasProcFolder, residentMb } from '../testing/decoder-processes.ts';
import { animatedPng, plainJpeg, zeroGif, zeroPng } from '../testing/extreme-images.ts';
import { jpegOfScans, plainGif } from '../testing/images.ts';
import { createDecoderProcess } from './decoder-process.ts';
import { detectImageType } from './image-format.ts';

const timeout = 60_000;
/** Of all decodes together, beyond a system that has decoded nothing. */
const maxMb = 256;

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log, timeoutMs: timeout });
afterAll(() => decoder.close());

const decode = (bytes: Buffer) =>
  decoder.decode({ contentType: detectImageType(bytes) ?? expect.fail('of no known type'), bytes });

interface Size {
  width: number;
  height: number;
}
type Images = [name: string, size: Size, make: (size: Size) => Buffer | Promise<Buffer>][];

const square = { width: 6_324, height: 6_324 };
const wide = { width: 65_535, height: 610 };
const high = { width: 610, height: 65_535 };
const wideJpeg = { width: 65_500, height: 610 };

/** The largest of their kinds that are accepted, at 40 megapixels or at the limit of memory. */
const accepted: Images = [
  ...[square, wide, high].flatMap(
    (size): Images => [
      ['grey PNG', size, () => zeroPng({ ...size, colour: 'grey' })],
      ['RGBA PNG', size, () => zeroPng({ ...size, colour: 'rgba' })],
      ['interlaced grey PNG', size, () => zeroPng({ ...size, colour: 'grey', isInterlaced: true })],
    ],
  ),
  ['RGBA PNG of 16 bits', square, () => zeroPng({ ...square, colour: 'rgba', depth: 16 })],
  ['RGBA PNG of 16 bits', high, () => zeroPng({ ...high, colour: 'rgba', depth: 16 })],
  ['interlaced RGB PNG', square, () => zeroPng({ ...square, colour: 'rgb', isInterlaced: true })],
  [
    'interlaced RGBA PNG of 16 bits',
    { width: 3_900, height: 3_900 },
    (size) => zeroPng({ ...size, colour: 'rgba', depth: 16, isInterlaced: true }),
  ],
  ['animated PNG', square, () => animatedPng(square, 1_000)],
  ['JPEG', square, () => plainJpeg({ ...square, colours: 'srgb', subsampling: '4:4:4', isProgressive: false })],
  ['JPEG', wideJpeg, () => plainJpeg({ ...wideJpeg, colours: 'srgb', subsampling: '4:2:0', isProgressive: false })],
  ['CMYK JPEG', square, () => plainJpeg({ ...square, colours: 'cmyk', subsampling: '4:4:4', isProgressive: false })],
  [
    'progressive grey JPEG',
    square,
    () => plainJpeg({ ...square, colours: 'b-w', subsampling: '4:4:4', isProgressive: true }),
  ],
  [
    'progressive JPEG',
    { width: 4_600, height: 4_600 },
    (size) => plainJpeg({ ...size, colours: 'srgb', subsampling: '4:4:4', isProgressive: true }),
  ],
  [
    'progressive CMYK JPEG',
    { width: 4_000, height: 4_000 },
    (size) => plainJpeg({ ...size, colours: 'cmyk', subsampling: '4:4:4', isProgressive: true }),
  ],
  ['progressive JPEG of many scans', { width: 2_000, height: 2_000 }, (size) => jpegOfScans({ ...size, scans: 100 })],
  ['GIF of one frame', { width: 4_000, height: 4_000 }, (size) => zeroGif({ ...size, frames: 1, disposal: 3 })],
  [
    'GIF of frames that are undone',
    { width: 4_000, height: 4_000 },
    (size) => zeroGif({ ...size, frames: 6, disposal: 3 }),
  ],
  ['GIF of frames that stay', { width: 4_000, height: 4_000 }, (size) => zeroGif({ ...size, frames: 6, disposal: 1 })],
  ['GIF of wide frames', { width: 30_000, height: 100 }, (size) => zeroGif({ ...size, frames: 33, disposal: 2 })],
  ['GIF of high frames', { width: 2, height: 65_535 }, (size) => zeroGif({ ...size, frames: 300, disposal: 2 })],
  [
    'GIF of ten thousand frames',
    { width: 100, height: 100 },
    (size) => plainGif({ ...size, frames: Array.from({ length: 10_000 }, () => ({ width: 1, height: 1 })) }),
  ],
];

/** Images that would take more, each with the limit that its error names. */
const rejected: [name: string, limit: RegExp, make: () => Buffer | Promise<Buffer>][] = [
  ['PNG of one very long row', /65535/, () => zeroPng({ width: 40_000_000, height: 1, colour: 'grey' })],
  [
    'PNG of one very long row, RGBA of 16 bits',
    /65535/,
    () => zeroPng({ width: 40_000_000, height: 1, colour: 'rgba', depth: 16 }),
  ],
  ['PNG of two very long columns', /65535/, () => zeroPng({ width: 2, height: 20_000_000, colour: 'grey' })],
  ['PNG one pixel too wide', /65535/, () => zeroPng({ width: 65_536, height: 1, colour: 'grey' })],
  ['wide RGBA PNG of 16 bits', /144 MB/, () => zeroPng({ ...wide, colour: 'rgba', depth: 16 })],
  [
    'interlaced RGBA PNG of 16 bits',
    /144 MB/,
    () => zeroPng({ ...square, colour: 'rgba', depth: 16, isInterlaced: true }),
  ],
  [
    'progressive CMYK JPEG',
    /144 MB/,
    () => plainJpeg({ ...square, colours: 'cmyk', subsampling: '4:4:4', isProgressive: true }),
  ],
  ['GIF of a large screen', /144 MB/, () => zeroGif({ ...square, frames: 1, disposal: 1 })],
  ['GIF of many narrow rows', /144 MB/, () => zeroGif({ width: 1, height: 65_535, frames: 1_000, disposal: 1 })],
  ['GIF of many frames', /100 in all frames/, () => zeroGif({ width: 2_000, height: 2_000, frames: 26, disposal: 1 })],
];

describe('an image of extreme memory is accepted:', () => {
  test.each(accepted)('%s of %j', { timeout }, async (_, size, make) => {
    expect(await decode(await make(size))).toEqual({ size });
    console.log(_, size, residentMb(decodersOf(process.pid)[0] ?? 0, 'now'));
  });
});

describe('an image of too much memory or work is rejected with the limit:', () => {
  test.each(rejected)('%s: %s', { timeout }, async (_, limit, make) => {
    const bytes = await make();
    const outcome = await decode(bytes);
    expect(outcome).toEqual({ unsupported: expect.stringMatching(limit) });
    expect(await decode(bytes)).toEqual(outcome);
  });
});

test.skipIf(!hasProcFolder)(`all of them took less than ${maxMb} MB, in one process`, () => {
  expect(lines).toEqual([]);
  const decoders = decodersOf(process.pid);
  expect(decoders).toHaveLength(1);
  const [pid = 0] = decoders;
  const peakMb = residentMb(pid, 'peak');
  console.log(peakMb, residentMb(pid, 'now'));
  expect(peakMb).toBeGreaterThan(100);
  expect(peakMb).toBeLessThan(maxMb);
});
