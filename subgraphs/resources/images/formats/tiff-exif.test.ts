import { describe, expect, test } from 'vitest';
import { tiffFile } from '../../testing/tiff-files.ts';
import { exifOfTiff } from './tiff-exif.ts';

const [byte, ascii, short, long, longOffset] = [1, 2, 3, 4, 18];
const [width, make, orientation, resolution, xmp] = [0x0100, 0x010f, 0x0112, 0x011a, 0x02bc];
const [exifDirectory, gpsDirectory, interoperability] = [0x8769, 0x8825, 0xa005];
const [exposure, serial, latitude] = [0x829a, 0xa431, 1];

const layout = [
  { tag: width, type: long, value: 640 },
  { tag: orientation, type: short, value: 6 },
  { tag: resolution, type: 5, value: Buffer.alloc(8, 1) },
  { tag: xmp, type: byte, value: Buffer.from('<x:xmpmeta/>') },
];
const maker = { tag: make, type: ascii, value: Buffer.from('Example\0') };
const exif = [
  { tag: exposure, type: 5, value: Buffer.alloc(8, 7) },
  { tag: serial, type: ascii, value: Buffer.from('SN-0042\0') },
  { tag: interoperability, type: long, value: [{ tag: 1, type: ascii, value: Buffer.from('R98\0') }] },
];
const gps = [{ tag: latitude, type: ascii, value: Buffer.from('N\0') }];

describe.each([
  { isLittle: true, isBig: false },
  { isLittle: false, isBig: false },
  { isLittle: true, isBig: true },
  { isLittle: false, isBig: true },
])('EXIF data of a TIFF (little-endian: $isLittle, BigTIFF: $isBig)', ({ isLittle, isBig }) => {
  const file = (fields: Parameters<typeof tiffFile>[0]) => tiffFile(fields, { isLittle, isBig });
  const copied = (fields: Parameters<typeof tiffFile>[0]) => tiffFile(fields, { isLittle });

  test('are copied, without the layout of the pixels and other metadata', () => {
    const fields = [
      maker,
      { tag: exifDirectory, type: long, value: exif },
      { tag: gpsDirectory, type: isBig ? longOffset : long, value: gps },
    ];
    const expected = copied(
      fields.map((field) => ({ ...field, type: Array.isArray(field.value) ? long : field.type })),
    );
    expect(exifOfTiff(file([...layout, ...fields]))).toEqual(expected);
  });

  test('are none if it has nothing but its layout', () => {
    expect(exifOfTiff(file(layout))).toBeUndefined();
    expect(exifOfTiff(file([...layout, { tag: gpsDirectory, type: long, value: [] }]))).toBeUndefined();
  });

  test('are none if they are over 64 kB', () => {
    const of = (bytes: number) => [{ ...maker, value: Buffer.alloc(bytes) }];
    const [largest, around] = [65_527, 8 + 2 + 12 + 4];
    expect(exifOfTiff(file(of(largest - around - 1)))?.equals(copied(of(largest - around - 1)))).toBe(true);
    expect(exifOfTiff(file(of(largest - around + 1)))).toBeUndefined();
    const shared = Array.from({ length: 2_100 }, () => ({ ...maker, value: Buffer.alloc(20) }));
    expect(exifOfTiff(file(shared))).toBeUndefined();
  });

  test('are read from a file that is cut at any byte, or has any byte changed', () => {
    const whole = file([...layout, maker, { tag: exifDirectory, type: long, value: exif }]);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = 0xff;
      for (const bytes of [whole.subarray(0, at), changed]) expect(() => exifOfTiff(bytes)).not.toThrow();
    }
  });
});

test('directories that point to each other are not read forever', () => {
  const file = tiffFile([maker, { tag: exifDirectory, type: long, value: exif }]);
  const pointer = 8 + 2 + 12 + 8;
  file.writeUInt32LE(8, pointer);
  // The first directory, read as EXIF data, has no pointer that is followed.
  expect(exifOfTiff(file)?.includes('Example')).toBe(true);
});

test('an offset of 64 bits in a file of 32 is skipped', () => {
  const file = tiffFile([maker, { tag: gpsDirectory, type: longOffset, value: gps }]);
  expect(exifOfTiff(file)).toEqual(tiffFile([maker]));
});
