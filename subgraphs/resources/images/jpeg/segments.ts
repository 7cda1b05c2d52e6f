import { DamagedImageError } from '../formats/opened-image.ts';

export interface Marker {
  code: number;
  /** The offset of its first 0xff. */
  start: number;
  /** The offset after its code. */
  end: number;
}

/** A marker with what belongs to it (ITU T.81, annex B.1.1.4). */
export interface Segment {
  code: number;
  /** The whole segment: marker, length and parameters. */
  bytes: Buffer;
  /** The parameters alone. */
  body: Buffer;
  /** The offset after it. */
  end: number;
}

/** True for RST0 to RST7. */
export const isRestart = (code: number) => code >= 0xd0 && code <= 0xd7;

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
  const { code, end: bodyStart } = nextMarker(bytes, from);
  const [length = 0, body] = hasLength(code) ? lengthAndBody(bytes, bodyStart) : [];
  const end = bodyStart + length;
  const whole = Buffer.concat([Buffer.from([0xff, code]), bytes.subarray(bodyStart, end)]);
  return { code, bytes: whole, body: body ?? Buffer.alloc(0), end };
}

/** Decoders take a length of less than its own two bytes as two. */
function lengthAndBody(bytes: Buffer, at: number): [number, Buffer] {
  const length = at + 2 <= bytes.length ? Math.max(2, bytes.readUInt16BE(at)) : 2;
  if (at + length > bytes.length) throw new DamagedImageError('it ends inside a segment.');
  return [length, bytes.subarray(at + 2, at + length)];
}

/** False for TEM, RST0 to RST7, SOI and EOI. */
function hasLength(code: number): boolean {
  return code !== 0x01 && !(code >= 0xd0 && code <= 0xd9);
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
