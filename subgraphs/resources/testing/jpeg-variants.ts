import sharp from 'sharp';
import type { ImageVariant } from './images.ts';

export interface Segment {
  marker: number;
  bytes: Buffer;
}

const startOfImage = Buffer.from([0xff, 0xd8]);
const endOfImage = Buffer.from([0xff, 0xd9]);
const [huffman, scan, restart, quantization, exif] = [0xc4, 0xda, 0xd0, 0xdb, 0xe1];

/** A smooth image, whose missing rows would show. */
export function gradient() {
  const [width, height] = [64, 48];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return [x * 4, y * 5, (x * y) % 256][at % 3] ?? 0;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const originals: [string, () => Promise<Buffer>][] = [
  ['baseline', () => gradient().jpeg({ optimiseCoding: false }).toBuffer()],
  ['optimised', () => gradient().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['progressive', () => gradient().jpeg({ progressive: true }).toBuffer()],
  ['grey', () => gradient().toColourspace('b-w').jpeg().toBuffer()],
  ['CMYK', () => gradient().toColourspace('cmyk').jpeg().toBuffer()],
];

/** Splits a JPEG as encoders write it. A scan has its data; the last segment is the end marker. */
export function segmentsOf(bytes: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let at = startOfImage.length; at < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    let end = marker === 0xd9 ? bytes.length : at + 2 + bytes.readUInt16BE(at + 2);
    if (marker === scan) while (bytes[end] !== 0xff || bytes[end + 1] === 0) end += 1;
    segments.push({ marker, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return segments;
}

export const joined = (segments: Segment[]) => Buffer.concat([startOfImage, ...segments.map(({ bytes }) => bytes)]);

const segment = (marker: number, text: string) => {
  const content = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from([0xff, marker, 0, content.length + 2]), content]);
};

/** Bytes that decoders skip, wherever two segments meet. */
const skipped: [string, Buffer][] = [
  ['a zero', Buffer.from([0])],
  ['words', Buffer.from('stray')],
  ['five thousand bytes', Buffer.alloc(5_000, 7)],
  ['0xff00', Buffer.from([0xff, 0])],
  ['fill bytes', Buffer.from([0xff, 0xff, 0xff])],
  ['a restart marker', Buffer.from([0xff, restart])],
  ['a TEM marker', Buffer.from([0xff, 0x01])],
  ['a comment of length 0', Buffer.from([0xff, 0xfe, 0, 0])],
  ['an application segment of length 1', Buffer.from([0xff, 0xe5, 0, 1])],
  ['Exif that cannot be read', segment(exif, 'Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff\xff\xff\xff')],
  [
    'Exif with an orientation of 99',
    segment(exif, `Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0c${'\0'.repeat(7)}`),
  ],
  ['an empty Exif segment', segment(exif, '')],
  ['a broken colour profile', segment(0xe2, 'ICC_PROFILE\0\x02\x03none')],
  ['a comment that is longer than its length', Buffer.concat([segment(0xfe, 'short'), Buffer.from('er')])],
];

/** Files whose every pixel decoders show. */
export async function wholeJpegs(): Promise<ImageVariant[]> {
  const variants = await Promise.all(originals.map(async ([name, make]) => wholeVariants(name, await make())));
  return [...variants.flat(), ...(await onlyBaseline())];
}

function wholeVariants(kind: string, original: Buffer): ImageVariant[] {
  const segments = segmentsOf(original);
  const scans = segments.flatMap(({ marker }, at) => (marker === scan ? [at] : []));
  const places = new Set([1, scans[0] ?? 0, scans.at(-1) ?? 0, (scans[0] ?? 0) + 1, segments.length - 1]);
  const inserted = skipped.flatMap(([what, bytes]) =>
    [...places].map((place): [string, Buffer] => [
      `${what} before segment ${place}`,
      joined([...segments.slice(0, place), { marker: 0, bytes }, ...segments.slice(place)]),
    ]),
  );
  const files: [string, Buffer][] = [
    ['nothing else', original],
    ...inserted,
    ['trailing bytes', Buffer.concat([original, Buffer.from('trailing')])],
    ['two end markers', Buffer.concat([original, endOfImage])],
    ['another JPEG after it', Buffer.concat([original, original])],
    ['no JFIF segment', joined(segments.filter(({ marker }) => marker !== 0xe0))],
    ['extra bytes in its data', insertAtEnd(segments, [1, 2, 0xff, 0, 3])],
  ];
  return files.map(([name, bytes]) => ({ name: `${kind} JPEG with ${name}`, original, bytes }));
}

function insertAtEnd(segments: Segment[], bytes: number[]): Buffer {
  return joined([...segments.slice(0, -1), { marker: 0, bytes: Buffer.from(bytes) }, ...segments.slice(-1)]);
}

/** Variants that only a sequential JPEG can have: parameters of the scan, no Huffman tables, restart intervals. */
async function onlyBaseline(): Promise<ImageVariant[]> {
  const original = await gradient().jpeg({ optimiseCoding: false }).toBuffer();
  const segments = segmentsOf(original);
  const parameters = [
    [0, 0, 0],
    [1, 63, 0],
    [0, 63, 0x11],
    [0, 70, 0],
    [0, 0, 0xff],
  ].map((values): [string, Buffer] => [`scan parameters ${values}`, withScanParameters(segments, values)]);
  const files: [string, Buffer][] = [
    ...parameters,
    ['no Huffman tables (Motion JPEG)', joined(segments.filter(({ marker }) => marker !== huffman))],
    [
      'an unknown Adobe transform',
      joined([{ marker: 0xee, bytes: segment(0xee, 'Adobe\0d\0\0\0\0\x09') }, ...segments]),
    ],
    ['stray bytes after its data that look like a long segment', insertAtEnd(segments, [1, 0xff, 0xe1, 0xff, 0xff, 2])],
    ['stray bytes after its data that look like a frame', insertAtEnd(segments, [1, 0xff, 0xc0, 0, 4, 1, 2])],
    ['a restart interval of 0', insertBeforeScan(segments, [0xff, 0xdd, 0, 4, 0, 0])],
  ];
  return files.map(([name, bytes]) => ({ name: `baseline JPEG with ${name}`, original, bytes }));
}

function insertBeforeScan(segments: Segment[], bytes: number[]): Buffer {
  const at = segments.findIndex(({ marker }) => marker === scan);
  return joined([...segments.slice(0, at), { marker: 0, bytes: Buffer.from(bytes) }, ...segments.slice(at)]);
}

function withScanParameters(segments: Segment[], values: number[]): Buffer {
  return joined(
    segments.map(({ marker, bytes }) => {
      const changed = Buffer.from(bytes);
      if (marker === scan) changed.set(values, 2 + bytes.readUInt16BE(2) - values.length);
      return { marker, bytes: changed };
    }),
  );
}

/** Files that lack pixels, most of them with an end marker. */
export async function incompleteJpegs(): Promise<ImageVariant[]> {
  const variants = await Promise.all(
    originals.map(async ([kind, make]) => {
      const original = await make();
      const segments = segmentsOf(original);
      const cut = (share: number) => original.subarray(0, Math.floor(original.length * share));
      const dataEnd = original.length - endOfImage.length;
      const files: [string, Buffer][] = [
        ...[0.6, 0.7, 0.8, 0.9].flatMap((share): [string, Buffer][] => [
          [`${share} of its bytes`, cut(share)],
          [`${share} of its bytes and an end marker`, Buffer.concat([cut(share), endOfImage])],
          [`${share} of its bytes and zeros`, Buffer.concat([cut(share), Buffer.alloc(original.length)])],
        ]),
        ['its last two bytes of data missing', Buffer.concat([original.subarray(0, dataEnd - 2), endOfImage])],
        ['fewer rows than in its header', withFrameByte(segments, 6, 64)],
        ['12 bits per sample', withFrameByte(segments, 4, 12)],
        ['a lossless process', withFrameByte(segments, 1, 0xc3)],
        ['no scan', joined(segments.filter(({ marker }) => marker !== scan))],
        ['no quantization table', joined(segments.filter(({ marker }) => marker !== quantization))],
        ['a restart marker in its data', withMarkerInData(original, segments, [0xff, restart + 3])],
        ['a comment in its data', withMarkerInData(original, segments, [0xff, 0xfe, 0, 4, 1, 2])],
        ['a restart interval without restart markers', insertBeforeScan(segments, [0xff, 0xdd, 0, 4, 0, 4])],
        ['a second start marker', Buffer.concat([startOfImage, original])],
        ['a segment longer than the file', insertBeforeScan(segments, [0xff, 0xe1, 0xff, 0xff])],
      ];
      return files.map(([name, bytes]) => ({ name: `${kind} JPEG with ${name}`, original, bytes }));
    }),
  );
  return variants.flat();
}

/** Changes a byte of the frame header, which begins with its marker. */
function withFrameByte(segments: Segment[], at: number, value: number): Buffer {
  return joined(
    segments.map(({ marker, bytes }) => {
      const changed = Buffer.from(bytes);
      if (marker === 0xc0 || marker === 0xc2) changed[at] = value;
      return { marker, bytes: changed };
    }),
  );
}

/** Inserts a marker in the middle of the first scan's data. */
function withMarkerInData(original: Buffer, segments: Segment[], marker: number[]): Buffer {
  const at = segments.findIndex((one) => one.marker === scan);
  const start = joined(segments.slice(0, at)).length;
  const middle = start + Math.floor((segments[at]?.bytes.length ?? 0) * 0.6);
  return Buffer.concat([original.subarray(0, middle), Buffer.from(marker), original.subarray(middle)]);
}
