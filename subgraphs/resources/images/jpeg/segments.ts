import { DamagedImageError } from '../formats/opened-image.ts';

export interface Marker {
  code: number;
  /** The offset of its first 0xff. */
  start: number;
  /** The offset after its code. */
  end: number;
}

/** Marker codes (ITU T.81, table B.1). Frame headers and tables have codes of their own. */
export const marker = {
  temporary: 0x01,
  firstFrame: 0xc0,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
};

/** A marker with what belongs to it (ITU T.81, annex B.1.1.4). */
export interface Segment {
  code: number;
  /** The whole segment: marker, length and parameters. */
  bytes: Buffer;
  /** The parameters alone. */
  body: Buffer;
  /** The offset of its first 0xff. */
  start: number;
  /** The offset after it. */
  end: number;
}

/** True for RST0 to RST7. */
export const isRestart = (code: number) => code >= marker.firstRestart && code <= marker.lastRestart;

/** True for APP0 to APP15. */
export const isApplication = (code: number) => code >= marker.firstApplication && code <= marker.lastApplication;

/**
 * Finds the next marker. Other bytes, and 0xff followed by 0, are data within a scan; elsewhere decoders skip them. Any
 * number of 0xff may come before the code.
 */
export function nextMarker(bytes: Buffer, from: number): Marker {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at)) {
    const start = at;
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at];
    if (code) return { code, start, end: at + 1 };
  }
  throw new DamagedImageError('it has no end-of-image marker, without which some decoders leave out its last pixels.');
}

export function readSegment(bytes: Buffer, from: number): Segment {
  const { code, start, end: bodyStart } = nextMarker(bytes, from);
  const [length = 0, body] = hasLength(code) ? lengthAndBody(bytes, bodyStart) : [];
  const end = bodyStart + length;
  const whole = Buffer.concat([Buffer.from([0xff, code]), bytes.subarray(bodyStart, end)]);
  return { code, bytes: whole, body: body ?? Buffer.alloc(0), start, end };
}

/** Decoders take a length of less than its own two bytes as two. */
function lengthAndBody(bytes: Buffer, at: number): [number, Buffer] {
  const length = at + 2 <= bytes.length ? Math.max(2, bytes.readUInt16BE(at)) : 2;
  if (at + length > bytes.length) throw new DamagedImageError('it ends inside a segment.');
  return [length, bytes.subarray(at + 2, at + length)];
}

/** False for TEM, RST0 to RST7, SOI and EOI. */
function hasLength(code: number): boolean {
  return code !== marker.temporary && !(code >= marker.firstRestart && code <= marker.endOfImage);
}

/** Writes a segment: marker, length, parameters. */
export function jpegSegment(code: number, body: Buffer): Buffer {
  const length = body.length + 2;
  return Buffer.concat([Buffer.from([0xff, code, length >> 8, length & 0xff]), body]);
}

/**
 * Finds the end of a scan's data: the first marker that is neither a restart marker nor, if one of those follows, another
 * that decoders pass over within the data.
 */
export function endOfScan(bytes: Buffer, from: number): number {
  let end: number | undefined;
  for (let found = nextMarker(bytes, from); ; found = nextMarker(bytes, found.end)) {
    if (isRestart(found.code)) end = undefined;
    else end ??= found.start;
    if (end !== undefined && found.code >= marker.firstFrame) return end;
  }
}

/** Removes the zero after each 0xff of entropy-coded data, and any further 0xff before it. */
export function withoutStuffing(data: Buffer): Buffer {
  if (!data.includes(0xff)) return data;
  const plain = Buffer.alloc(data.length);
  let length = 0;
  for (let at = 0; at < data.length; at += 1) {
    plain[length] = data[at] ?? 0;
    length += 1;
    if (data[at] !== 0xff) continue;
    while (data[at] === 0xff) at += 1;
  }
  return plain.subarray(0, length);
}

export function withStuffing(plain: Buffer): Buffer {
  return Buffer.from(Array.from(plain).flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])));
}
