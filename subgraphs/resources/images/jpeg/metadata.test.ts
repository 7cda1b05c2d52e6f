import { describe, expect, test } from 'vitest';
import { greyJpeg, jpeg, progressiveJpeg } from '../../testing/images.ts';
import { segmentsOf } from '../../testing/jpeg-variants.ts';
import { joinPreserved } from '../formats/metadata.ts';
import { openJpeg } from './jpeg.ts';
import { jpegParts } from './metadata.ts';
import { jpegSegment } from './segments.ts';

const timeout = 30_000;
const remove = (bytes: Buffer) =>
  joinPreserved(jpegParts(bytes), bytes, Number.POSITIVE_INFINITY) ?? expect.fail('too many parts');
const plain = await jpeg();
const end = Buffer.from([0xff, 0xd9]);
const application = (number: number, ...parts: (string | Buffer)[]) =>
  jpegSegment(0xe0 + number, Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));
const comment = jpegSegment(0xfe, Buffer.from('a comment'));
const exif = (orientation: number) =>
  application(
    1,
    `Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation)}\0\0\0\0\0\0`,
  );
const jfif = (thumbnail = '\0\0') => application(0, `JFIF\0\x01\x01\0\0\x01\0\x01${thumbnail}`);
const adobe = (rest = '') => application(14, `Adobe\0d\0\0\0\0\0${rest}`);
const profile = (part: number, parts: number, content = 'content') =>
  application(2, 'ICC_PROFILE\0', Buffer.from([part, parts]), content);

/** Inserts bytes after the start of the image. */
const withStart = (...parts: Buffer[]) => Buffer.concat([plain.subarray(0, 2), ...parts, plain.subarray(2)]);
const withEnd = (...parts: Buffer[]) => Buffer.concat([plain.subarray(0, -2), ...parts, end]);

describe('nothing is left', () => {
  test.each<[string, Buffer]>([
    ['of comments', withStart(comment, comment)],
    [
      'of an empty comment, and one of length 0',
      withStart(jpegSegment(0xfe, Buffer.alloc(0)), Buffer.from([0xff, 0xfe, 0, 0])),
    ],
    ['of XMP', withStart(application(1, 'http://ns.adobe.com/xap/1.0/\0<x/>'))],
    ['of EXIF without an orientation', withStart(application(1, 'Exif\0\0II*\0'))],
    ['of EXIF under another name', withStart(application(1, 'EXIF\0\0II*\0'), application(3, 'Exif\0\0II*\0'))],
    ['of Photoshop', withStart(application(13, 'Photoshop 3.0\0'))],
    ['of an index of pictures', withStart(application(2, 'MPF\0MM\0*'))],
    ['of a profile under another name', withStart(application(2, 'icc_profile\0'))],
    ['of a JFIF extension', withStart(application(0, 'JFXX\0\x10'))],
    ['of JFIF that is cut', withStart(application(0, 'JFIF\0\x01\x01'))],
    ['of Adobe that is cut', withStart(application(14, 'Adobe\0d'))],
    [
      'of empty segments of every application',
      withStart(...Array.from({ length: 16 }, (_, number) => application(number))),
    ],
    ['of bytes between segments', withStart(Buffer.from('words\0\xff\0', 'latin1'))],
    ['of a restart marker and a TEM marker between segments', withStart(Buffer.from([0xff, 0xd3, 0xff, 0x01]))],
    ['of a comment after the data', withEnd(comment)],
    ['of bytes after the data that look like a segment', withEnd(Buffer.from('\xff\xe1\xff\xffx', 'latin1'))],
    ['of a marker that is not defined after the data', withEnd(Buffer.from('\xff\x40words', 'latin1'))],
    ['of what comes after the image', Buffer.concat([plain, Buffer.from('a film')])],
    ['of another image after it', Buffer.concat([plain, withStart(comment)])],
    ['of zeros after it', Buffer.concat([plain, Buffer.alloc(1_000)])],
  ])('%s', (_, bytes) => {
    expect(remove(bytes)).toEqual(plain);
  });

  test('of comments and profiles between the scans of a progressive image', async () => {
    const bytes = await progressiveJpeg();
    const start = bytes.subarray(0, 2);
    const parts = segmentsOf(bytes).flatMap(({ bytes: segment }) => [
      comment,
      exif(6),
      segment,
      profile(1, 1),
      adobe(),
    ]);
    const [profileBefore, adobeBefore] = [profile(1, 1), adobe()];
    const kept = remove(Buffer.concat([start, ...parts]));
    const firstScan = bytes.indexOf(Buffer.from([0xff, 0xda]));
    expect(kept.lastIndexOf(profileBefore)).toBeLessThan(kept.indexOf(Buffer.from([0xff, 0xda])));
    expect(kept.lastIndexOf(adobeBefore)).toBeLessThan(kept.indexOf(Buffer.from([0xff, 0xda])));
    expect(kept.subarray(-(bytes.length - firstScan))).toEqual(bytes.subarray(firstScan));
  });

  test('of a second orientation', () => {
    expect(remove(withStart(exif(6), comment, exif(3)))).toEqual(withStart(exif(6)));
    expect(remove(withStart(application(1, 'Exif\0\0'), exif(3)))).toEqual(plain);
  });

  test('of a thumbnail in JFIF, and of what follows in Adobe', () => {
    const bytes = withStart(jfif('\x01\x02abcdef'), adobe('words'));
    expect(remove(bytes)).toEqual(withStart(jfif(), adobe()));
  });
});

describe('the same bytes are returned', () => {
  test.each<[string, Buffer | Promise<Buffer>]>([
    ['baseline', plain],
    ['progressive', progressiveJpeg()],
    ['grey', greyJpeg()],
    ['JFIF', withStart(jfif())],
    ['Adobe', withStart(adobe())],
    ['an orientation', withStart(exif(6))],
    ['an orientation of 1 alone', withStart(exif(1))],
    ['a profile', withStart(profile(1, 1))],
    ['a profile in 255 parts', withStart(...Array.from({ length: 255 }, (_, at) => profile(at + 1, 255)))],
    ['parts of a profile whose numbers are wrong', withStart(profile(0, 0), profile(9, 3), profile(9, 3))],
    ['fill bytes before its markers', withStart(Buffer.from([0xff, 0xff, 0xff]))],
    ['fill bytes before its end', withEnd(Buffer.from([0xff, 0xff]))],
  ])('for an image without metadata: %s', async (_, image) => {
    const bytes = await image;
    expect(remove(bytes)).toBe(bytes);
  });
});

test('the orientation stays where it is, with nothing else', () => {
  const tagged = application(1, Buffer.concat([exif(8).subarray(4), Buffer.from('Ada Lovelace')]));
  const kept = remove(withStart(jfif(), comment, tagged, profile(1, 1)));
  expect(kept).toEqual(withStart(jfif(), exif(8), profile(1, 1)));
  expect(openJpeg(kept).orientation).toBe(8);
});

describe('hostile files are read in linear time, or rejected', () => {
  test('100,000 segments', { timeout }, () => {
    const segments = Buffer.concat(Array<Buffer>(100_000).fill(jpegSegment(0xfe, Buffer.from('x'))));
    expect(remove(withStart(segments))).toEqual(plain);
    expect(remove(withEnd(segments))).toEqual(plain);
  });

  test('100,000 markers that are not defined, within the data and after it', { timeout }, () => {
    const markers = Buffer.alloc(200_000, Buffer.from([0xff, 0x02]));
    expect(remove(withEnd(markers))).toEqual(plain);
    const withRestart = withEnd(markers, Buffer.from([0xff, 0xd0]));
    expect(remove(withRestart)).toBe(withRestart);
  });

  test('10,000 scans', { timeout }, async () => {
    const bytes = await progressiveJpeg();
    const scan = segmentsOf(bytes).find(({ marker }) => marker === 0xda)?.bytes ?? expect.fail('no scan');
    const many = Buffer.concat([
      bytes.subarray(0, -2),
      ...Array<Buffer>(10_000).fill(Buffer.concat([comment, scan])),
      end,
    ]);
    expect(remove(many).length).toBe(bytes.length + 10_000 * scan.length);
  });

  test.each<[string, Buffer]>([
    ['a segment longer than the file', withStart(Buffer.from([0xff, 0xe1, 0xff, 0xff]))],
    ['a segment cut in its length', Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0x00])],
    ['no end of the image', plain.subarray(0, -2)],
    ['nothing but a signature', plain.subarray(0, 3)],
    ['0xff to its end', Buffer.concat([plain.subarray(0, 2), Buffer.alloc(100_000, 0xff)])],
  ])('%s is damaged', (_, bytes) => {
    expect(() => remove(bytes)).toThrow(/The image is damaged/);
  });
});
