import { describe, expect, test } from 'vitest';
import { jpeg, jpegOfScans, progressiveJpeg } from '../testing/images.ts';
import { jpegReachesEnd } from './jpeg.ts';

const start = [0xff, 0xd8];
const end = [0xff, 0xd9];
const comment = [0xff, 0xfe, 0, 4, 0x61, 0x62];
const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];

const reaches = (...parts: number[][]) => jpegReachesEnd(Buffer.from(parts.flat()));

describe('a JPEG is incomplete', () => {
  test.each<[string, number[][]]>([
    ['with only a start-of-image marker', [start]],
    ['without a scan', [start, comment, end]],
    ['without an end-of-image marker', [start, comment, scan, [1, 2, 3]]],
    ['with an end-of-image marker inside coded data', [start, scan, [0xff, 0x00, 0xd9]]],
    ['with an end-of-image marker inside a comment', [start, scan, [1], [0xff, 0xfe, 0, 4, ...end]]],
    ['with an end-of-image marker inside a scan header', [start, [0xff, 0xda, 0, 4, ...end]]],
    ['with half an end-of-image marker', [start, scan, [1], [0xff]]],
    ['with half a length', [start, scan, [1], [0xff, 0xfe, 0]]],
    ['with a comment longer than the file', [start, scan, [1], [0xff, 0xfe, 0xff, 0xff], end]],
    ['with junk between its segments', [start, comment, [0], scan, [1], end]],
    ['if only an embedded image has an end-of-image marker', [start, [0xff, 0xfe, 0, 6, ...start, ...end], scan]],
  ])('%s', (_, parts) => {
    expect(reaches(...parts)).toBe(false);
  });

  test('wherever it is cut', async () => {
    for (const bytes of [await jpeg({ width: 9, height: 9 }), await progressiveJpeg({ width: 9, height: 9 })]) {
      const cuts = Array.from(bytes, (_, length) => bytes.subarray(0, length));
      expect(cuts.filter(jpegReachesEnd)).toEqual([]);
    }
  });

  test('with more than a hundred scans', () => {
    expect(jpegReachesEnd(jpegOfScans({ width: 8, height: 8, scans: 100 }))).toBe(true);
    expect(jpegReachesEnd(jpegOfScans({ width: 8, height: 8, scans: 101 }))).toBe(false);
  });
});

describe('a JPEG is complete', () => {
  test.each<[string, number[][]]>([
    ['with one scan', [start, scan, [1, 2, 3], end]],
    ['with a scan without data', [start, scan, end]],
    ['with several scans and a comment between them', [start, scan, [1], comment, scan, [2], end]],
    ['with 0xff in its coded data', [start, scan, [0xff, 0x00, 0xff, 0x00], end]],
    ['with restart markers', [start, scan, [1, 0xff, 0xd0, 2, 0xff, 0xd7, 3], end]],
    ['with fill bytes before markers', [start, [0xff, 0xff], comment, scan, [1], [0xff, 0xff, 0xff], end]],
    ['with trailing bytes', [start, scan, [1], end, [1, 2, 3]]],
  ])('%s', (_, parts) => {
    expect(reaches(...parts)).toBe(true);
  });

  test('as encoders write it', async () => {
    expect(jpegReachesEnd(await jpeg({ width: 100, height: 100 }))).toBe(true);
    expect(jpegReachesEnd(await progressiveJpeg({ width: 100, height: 100 }))).toBe(true);
  });
});
