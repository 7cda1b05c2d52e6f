import { type ImageVariant, noise } from './images.ts';

const [width, height] = [32, 16];
/** The average of each block of 8 × 8 pixels: the only thing that these images code. */
const averages = Array.from({ length: (width / 8) * (height / 8) }, (_, at) => at * 20 - 80);

const [startOfImage, endOfImage] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];
const segment = (marker: number, content: number[]) =>
  Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content]);
const quantizers = (ac = 8) => segment(0xdb, [0, 8, ...Array<number>(63).fill(ac)]);
/** Codes of a difference's size, from 0 to 8 bits (ITU T.81, table K.3); and of one AC symbol, the end of a block. */
const sizeCodes = ['00', '010', '011', '100', '101', '110', '1110', '11110', '111110'];
const frame = segment(0xc0, [8, 0, height, 0, width, 1, 1, 0x11, 0]);
const tables = Buffer.concat([
  segment(0xc4, [0x00, 0, 1, 5, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...sizeCodes.keys()]),
  segment(0xc4, [0x10, 1, ...Array<number>(15).fill(0), 0]),
]);
const scanHeader = segment(0xda, [1, 1, 0, 0, 63, 0]);

/** Encodes blocks: of each, the difference to the one before, and no AC coefficients. */
function encode(blocks: number[]): Buffer {
  const bits = blocks.map((value, at) => {
    const difference = value - (blocks[at - 1] ?? 0);
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const positive = difference > 0 ? difference : difference + 2 ** size - 1;
    return `${sizeCodes[size]}${size > 0 ? positive.toString(2).padStart(size, '0') : ''}0`;
  });
  const bytes = bits.join('').match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2)).flatMap(stuffed));
}

const stuffed = (byte: number) => (byte === 0xff ? [0xff, 0] : [byte]);
const restart = (number: number) => Buffer.from([0xff, 0xd0 + (number & 7)]);

/** A grey JPEG with a restart interval of so many blocks; `between` gives what is between two intervals. */
function restarting(interval: number, between: (index: number) => Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < averages.length; at += interval) {
    if (at > 0) parts.push(between(at / interval - 1));
    parts.push(encode(averages.slice(at, at + interval)));
  }
  const head = [startOfImage, quantizers(), frame, tables, segment(0xdd, [0, interval]), scanHeader];
  return Buffer.concat([...head, ...parts, endOfImage]);
}

const without = (ac: number) =>
  Buffer.concat([startOfImage, quantizers(ac), frame, tables, scanHeader, encode(averages), endOfImage]);
const after = (bytes: number[]) => (index: number) => Buffer.concat([Buffer.from(bytes), restart(index)]);
const oneShifted = (by: number) => (index: number) => restart(index === 1 ? index + by : index);

const intervals = [1, 2, 3];
const named = (name: string, interval: number, bytes: Buffer): ImageVariant => ({
  name: `a JPEG with ${name}, at an interval of ${interval}`,
  original: restarting(interval, restart),
  bytes,
});

/** Files of which decoders show every pixel, though their restart markers or quantizers are not as they should be. */
export async function wholeRestartJpegs(): Promise<ImageVariant[]> {
  const colour = await noise({ width: 40, height: 24 }).jpeg().toBuffer();
  const variants = intervals.flatMap((interval) => [
    named('restart markers', interval, without(8)),
    ...[3, 4, 5].map((by) =>
      named(
        `restart numbers ${by} too high`,
        interval,
        restarting(interval, (index) => restart(index + by)),
      ),
    ),
    ...[3, 4, 5].map((by) =>
      named(`one restart number ${by} too high`, interval, restarting(interval, oneShifted(by))),
    ),
    named('a TEM marker before each restart marker', interval, restarting(interval, after([0xff, 0x01]))),
    named('a reserved marker before each restart marker', interval, restarting(interval, after([0xff, 0xbf]))),
    named('stray bytes before each restart marker', interval, restarting(interval, after([1, 2, 3, 0xff, 0]))),
  ]);
  const quantization = [
    { name: 'a JPEG with quantizers of 0 for coefficients that are 0', original: without(8), bytes: without(0) },
    { name: 'a JPEG with an unused table of quantizers of 0', original: without(8), bytes: withUnusedTable() },
  ];
  return [
    ...variants,
    ...quantization,
    { name: 'a JPEG with equal ids', original: colour, bytes: withEqualIds(colour) },
  ];
}

function withUnusedTable(): Buffer {
  const unused = segment(0xdb, [3, ...Array<number>(64).fill(0)]);
  return Buffer.concat([startOfImage, unused, without(8).subarray(startOfImage.length)]);
}

/** Gives all components the same id. Decoders tell them apart by their order. */
function withEqualIds(original: Buffer): Buffer {
  const changed = Buffer.from(original);
  const frameAt = changed.indexOf(Buffer.from([0xff, 0xc0]));
  const scanAt = changed.indexOf(Buffer.from([0xff, 0xda]));
  for (let component = 0; component < 3; component += 1) {
    changed[frameAt + 10 + 3 * component] = 1;
    changed[scanAt + 5 + 2 * component] = 1;
  }
  return changed;
}

/** Files of which decoders leave out pixels, because of their restart markers. */
export function incompleteRestartJpegs(): ImageVariant[] {
  return intervals.flatMap((interval) => [
    ...[1, 2, 6, 7].map((by) =>
      named(`one restart number ${by} too high`, interval, restarting(interval, oneShifted(by))),
    ),
    named(
      'restart numbers that are all 0',
      interval,
      restarting(interval, () => restart(0)),
    ),
    named('a comment before each restart marker', interval, restarting(interval, after([0xff, 0xfe, 0, 3, 1]))),
    named(
      'each restart marker twice',
      interval,
      restarting(interval, (at) => Buffer.concat([restart(at), restart(at)])),
    ),
    named(
      'no restart markers',
      interval,
      restarting(interval, () => Buffer.alloc(0)),
    ),
    named(
      'one restart marker missing',
      interval,
      restarting(interval, (at) => (at === 1 ? Buffer.alloc(0) : restart(at))),
    ),
  ]);
}
