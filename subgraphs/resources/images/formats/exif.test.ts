import { describe, expect, test } from 'vitest';
import { isTurned, onlyOrientation, readOrientation } from './exif.ts';

type Entry = [tag: number, type: number, count: number, value: number];

/** A TIFF structure with one directory; each value has 16 bits. */
function tiff(entries: Entry[], { isLittle = true, start = 8, more = '' } = {}): Buffer {
  const bytes = Buffer.alloc(start + 2 + 12 * entries.length + 4);
  const write16 = (at: number, value: number) =>
    isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const write32 = (at: number, value: number) =>
    isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(isLittle ? 'II*\0' : 'MM\0*', 'latin1');
  write32(4, start);
  write16(start, entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = start + 2 + 12 * index;
    write16(at, tag);
    write16(at + 2, type);
    write32(at + 4, count);
    write16(at + 8, value);
  }
  return Buffer.concat([bytes, Buffer.from(more)]);
}

const orientation = (value: number): Entry => [0x0112, 3, 1, value];
const width: Entry = [0x0100, 3, 1, 640];

/** Changes the number of entries, or another number of 16 bits. */
function with16(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16LE(value, at);
  return changed;
}

describe('the orientation is read', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('in both byte orders, and reduced to itself: %i', (value) => {
    for (const isLittle of [true, false]) {
      const bytes = tiff([width, orientation(value), [0x8825, 4, 1, 26]], { isLittle, more: 'GPS' });
      expect(readOrientation(bytes)).toBe(value);
      const smallest = tiff([orientation(value)], { isLittle });
      expect(onlyOrientation(bytes)).toEqual(value === 1 ? undefined : smallest);
      expect(onlyOrientation(smallest)).toBe(smallest);
    }
  });

  test('wherever the directory is, and with fewer entries than it says', () => {
    for (const bytes of [tiff([orientation(6)], { start: 100 }), with16(tiff([orientation(6)]), 8, 65_535)]) {
      expect(readOrientation(bytes)).toBe(6);
      expect(onlyOrientation(bytes)).toEqual(tiff([orientation(6)]));
    }
  });
});

describe('there is no orientation', () => {
  test.each<[string, Buffer]>([
    ['in nothing', Buffer.alloc(0)],
    ['in half a header', tiff([]).subarray(0, 7)],
    ['in another file', Buffer.from('no TIFF structure at all')],
    ['in a directory without entries', tiff([])],
    ['in a directory of other tags', tiff([width, width])],
    ['if it is 0', tiff([orientation(0)])],
    ['if it is 9', tiff([orientation(9)])],
    ['if it is a number of 32 bits', tiff([[0x0112, 4, 1, 6]])],
    ['if there are two', tiff([[0x0112, 3, 2, 6]])],
    ['if its entry is cut', tiff([orientation(6)]).subarray(0, 20)],
    ['if the directory is beyond the end', with16(tiff([orientation(6)]), 4, 60_000)],
    ['if the directory is at the largest offset', with16(with16(tiff([orientation(6)]), 4, 0xffff), 6, 0xffff)],
    ['if the directory is the header itself', with16(tiff([orientation(6)]), 4, 0)],
    ['if its value is in a second directory', with16(tiff([], { more: 'xx' }), 10, 8)],
  ])('%s', (_, bytes) => {
    expect([readOrientation(bytes), onlyOrientation(bytes)]).toEqual([1, undefined]);
  });

  test('in directories that point to each other', () => {
    const loop = tiff([[0x8769, 4, 1, 8]]);
    loop.writeUInt32LE(8, loop.length - 4);
    expect([readOrientation(loop), onlyOrientation(loop)]).toEqual([1, undefined]);
  });
});

test('orientations 5 to 8 swap width and height', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter(isTurned)).toEqual([5, 6, 7, 8]);
});
