import { afterAll, describe, expect, test } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { decodersOf, hasProcFolder, residentMb } from '../testing/decoder-processes.ts';
import { plainJpeg, zeroPng } from '../testing/extreme-images.ts';
import { plainGif } from '../testing/images.ts';
import { createDecoderProcess } from './decoder-process.ts';
import { detectImageType } from './image-format.ts';

const timeout = 60_000;
const maxMb = 256;
/** The largest file that the gateway takes, and the largest image that the image service takes. */
const [uploadBytes, maxBytes] = [16 * 2 ** 20, 383_970];

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log, timeoutMs: timeout });
afterAll(() => decoder.close());

async function decode(bytes: Buffer) {
  const contentType = detectImageType(bytes) ?? expect.fail('no known type');
  const outcome = await decoder.decode({ contentType, bytes, keepMetadata: false, maxBytes });
  const peaks = decodersOf(process.pid).map((pid) => residentMb(pid, 'peak') || 0);
  if (hasProcFolder) expect(Math.max(...peaks)).toBeLessThan(maxMb);
  return outcome;
}

/** Repeats a part at an offset of an image, until it has the size of the largest upload. */
function padded(image: Buffer, at: number, part: string): Buffer {
  const bytes = Buffer.from(part, 'latin1');
  const count = Math.floor((uploadBytes - image.length) / bytes.length);
  return Buffer.concat([image.subarray(0, at), Buffer.alloc(count * bytes.length, bytes), image.subarray(at)]);
}

const small = { width: 8, height: 8 };
const [jpeg, png] = await Promise.all([plainJpeg(small), zeroPng({ ...small, colour: 'grey' })]);
const gif = plainGif({ ...small, frames: [small] });
/** Needs 110 MB to decode, and has 150 kB. */
const large = await plainJpeg({ width: 4_100, height: 4_100, subsampling: '4:4:4', isProgressive: true });
const [afterStart, afterHeader, beforeEnd] = [2, 33, -1];

describe('a file of 16 MiB is decoded without its metadata in little memory:', () => {
  test.each<[string, Buffer, number, string]>([
    ['a JPEG with a film after it', jpeg, jpeg.length, 'film'],
    ['a JPEG with comments of 64 kB', jpeg, afterStart, `\xff\xfe\xff\xff${'x'.repeat(65_533)}`],
    ['a JPEG with bytes between its segments', jpeg, afterStart, '\xff\0'],
    ['a PNG with texts', png, afterHeader, `\0\x01\0\0tEXt${'x'.repeat(65_540)}`],
    ['a GIF with long comments', gif, gif.length - 1, `!\xfe${'\xff'.repeat(256 * 256)}\0`],
    ['a GIF with a sub-block for each byte', gif, gif.length - 1, `!\xfe${'\x01x'.repeat(500_000)}\0`],
    ['a GIF with bytes after its frame', gif, gif.length - 1, 'x'],
    ['a JPEG that needs much memory', large, large.length, '\0'],
  ])('%s', { timeout }, async (_, image, at, part) => {
    const outcome = await decode(padded(image, at, part));
    const changed = 'changed' in outcome ? outcome.changed : expect.fail(JSON.stringify(outcome));
    expect(Buffer.from(changed?.bytes ?? []).equals(image)).toBe(true);
  });
});

describe('a file of 16 MiB is too large, and read in little memory, with', () => {
  test.each<[string, Buffer, number, string]>([
    ['markers of a JPEG', jpeg, afterStart, '\xff\x01'],
    ['empty comments of a JPEG', jpeg, afterStart, '\xff\xfe\0\x02'],
    ['tables of a JPEG', jpeg, afterStart, '\xff\xdb\0\x02'],
    ['empty chunks of a PNG', png, afterHeader, '\0\0\0\0tEXt....'],
    ['empty pixel chunks of a PNG', png, afterHeader, '\0\0\0\0IDAT....'],
    ['empty extensions of a GIF', gif, beforeEnd, '!\xfe\0'],
    ['controls of a GIF', gif, beforeEnd, '!\xf9\x04\0\0\0\0\0'],
  ])('millions of %s', { timeout }, async (_, image, at, part) => {
    expect(await decode(padded(image, at, part))).toEqual({ isTooLarge: true });
  });
});

test('none of them was too much for a decoder', () => {
  expect(lines).toEqual([]);
});
