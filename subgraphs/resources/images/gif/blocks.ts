import { DamagedImageError } from '../formats/opened-image.ts';
import { hasPixels } from './pixels.ts';

export const trailer = 0x3b;
const [extension, image] = [0x21, 0x2c];
export const graphicControl = 0xf9;
const screenBytes = 13;
/** Bytes of a frame before its colours. */
const descriptorBytes = 10;

/** An extension with its end. */
export interface Extension {
  label: number;
  /** The offsets of the extension, and after it. */
  start: number;
  end: number;
}

/** The offset after signature, screen and colours (GIF89a, sections 17 to 19). Throws if the file ends before. */
export function startOfBlocks(bytes: Buffer): number {
  const start = screenBytes + colourTableBytes(bytes[10]);
  if (bytes.length < start) throw new DamagedImageError('it ends before its first frame.');
  return start;
}

/**
 * Yields extensions and frames up to the trailer or the end of the file. Bytes that begin neither are skipped after the
 * first frame; before it, browsers show nothing. An extension without its end has no frame after it, and is left out; so
 * is what looks like a frame among skipped bytes and lacks pixels, with everything after it.
 */
export function* readBlocks(bytes: Buffer, start: number): Generator<Extension | Frame> {
  let hasFrame = false;
  let isAfterStray = false;
  for (let at = start; at < bytes.length && bytes[at] !== trailer; ) {
    if (bytes[at] === image) {
      const frame = isAfterStray ? wholeFrame(bytes, at) : new Frame(bytes, at);
      if (!frame) break;
      yield frame;
      hasFrame = true;
      isAfterStray = false;
      at = frame.end;
    } else if (bytes[at] === extension) {
      const { end, isEnded } = readSubBlocks(bytes, at + 2);
      const label = bytes[at + 1] ?? 0;
      if (!hasFrame && label === graphicControl) requireControlLength(bytes, at + 2, end);
      if (isEnded) yield { label, start: at, end };
      at = end;
    } else if (hasFrame) {
      // A spare 0 is no sign of other bytes: some encoders end a frame twice.
      isAfterStray ||= bytes[at] !== 0;
      at += 1;
    } else throw new DamagedImageError(`byte ${at} begins no extension and no frame.`);
  }
}

/** Browsers show nothing of a file whose first frame comes after such an extension of another length than 4. */
function requireControlLength(bytes: Buffer, start: number, end: number): void {
  if (bytes[start] === 4 && end === start + 6) return;
  throw new DamagedImageError('a graphic control extension has not 4 bytes, so browsers show no frame.');
}

/** Undefined if there is no frame with all of its pixels. */
function wholeFrame(bytes: Buffer, start: number): Frame | undefined {
  try {
    const frame = new Frame(bytes, start);
    frame.checkPixels(1);
    return frame;
  } catch (error) {
    if (error instanceof DamagedImageError) return undefined;
    throw error;
  }
}

export class Frame {
  /** The offset of its descriptor. */
  readonly start: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The offset after its last sub-block. */
  readonly end: number;
  readonly #bytes: Buffer;
  readonly #codesStart: number;
  readonly #subBlocks: SubBlocks;

  constructor(bytes: Buffer, start: number) {
    const colours = colourTableBytes(bytes[start + 9]);
    this.#codesStart = start + descriptorBytes + colours;
    if (this.#codesStart >= bytes.length) throw new DamagedImageError('it ends at the beginning of a frame.');
    this.left = bytes.readUInt16LE(start + 1);
    this.top = bytes.readUInt16LE(start + 3);
    this.width = bytes.readUInt16LE(start + 5);
    this.height = bytes.readUInt16LE(start + 7);
    this.#subBlocks = readSubBlocks(bytes, this.#codesStart + 1);
    this.end = this.#subBlocks.end;
    this.#bytes = bytes;
    this.start = start;
  }

  checkPixels(number: number): void {
    if (hasPixels(this.#bytes, this.#codesStart, this.width * this.height)) return;
    throw new DamagedImageError(`frame ${number} lacks pixels, or its codes cannot be decoded.`);
  }

  /** The frame's bytes. If the file ends inside them, their last sub-block gets its true length, and an end. */
  terminated(): Buffer {
    const { lastBlock, end, isEnded } = this.#subBlocks;
    const whole = this.#bytes.subarray(this.start, end);
    if (isEnded) return whole;
    const rest = this.#bytes.subarray(lastBlock + 1, end);
    const last = rest.length > 0 ? [Buffer.from([rest.length]), rest] : [];
    return Buffer.concat([this.#bytes.subarray(this.start, lastBlock), ...last, Buffer.from([0])]);
  }
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

interface SubBlocks {
  /** The offset of the last sub-block. */
  lastBlock: number;
  /** The offset after all of them, at most the file's length. */
  end: number;
  /** False if the file ends before the empty sub-block that is the last. */
  isEnded: boolean;
}

/** Reads sub-blocks, each of which begins with its length, up to an empty one. */
function readSubBlocks(bytes: Buffer, start: number): SubBlocks {
  let lastBlock = start;
  for (let size = bytes[lastBlock]; size !== undefined; size = bytes[lastBlock]) {
    const next = lastBlock + 1 + size;
    if (size === 0) return { lastBlock, end: next, isEnded: true };
    if (next >= bytes.length) return { lastBlock, end: bytes.length, isEnded: false };
    lastBlock = next;
  }
  return { lastBlock: bytes.length, end: bytes.length, isEnded: false };
}
