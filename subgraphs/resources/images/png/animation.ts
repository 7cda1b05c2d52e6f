import { DamagedImageError, type Size } from '../formats/opened-image.ts';
import { type PngChunk, pngSignature, readChunk } from './chunks.ts';

const [animationControlBytes, frameControlBytes, sequenceBytes] = [8, 26, 4];
const maxFrames = 2 ** 31 - 1;
/** The highest number of a way to dispose of a frame, and of one to blend it. */
const [lastDispose, lastBlend] = [2, 1];

/** True if a PNG says before its pixels that it is animated. */
export function isAnimatedPng(bytes: Buffer): boolean {
  for (let at = pngSignature.length; ; ) {
    const chunk = readChunk(bytes, at);
    if (!chunk || chunk.name === 'IDAT') return false;
    if (chunk.name === 'acTL' && chunk.hasChecksum && hasFrames(chunk.content)) return true;
    at = chunk.end;
  }
}

/** A frame in chunks of its own. */
export interface AnimationFrame {
  size: Size;
  /** Compressed pixels. */
  data: Buffer;
}

/** Finds the frame that browsers show first (PNG, third edition, section 11.3.6). */
export class PngAnimation {
  readonly #canvas: Size;
  #isAnimated = false;
  /** Number of the next chunk that has one. */
  #sequence = 0;

  constructor(canvas: Size) {
    this.#canvas = canvas;
  }

  /** Reads a chunk before the pixels. Throws for a frame that is not the whole image, of which browsers show nothing. */
  read({ name, content, hasChecksum }: PngChunk): void {
    if (!hasChecksum) return;
    if (name === 'acTL') this.#isAnimated ||= hasFrames(content);
    if (name !== 'fcTL') return;
    const size = this.#frameSize(content);
    if (size?.width !== this.#canvas.width || size.height !== this.#canvas.height)
      throw new DamagedImageError('its first frame (fcTL) is not the whole image, or is not valid.');
  }

  /**
   * Reads the frame after the pixels up to `at` if browsers show it instead of them. Undefined if they show those. Throws
   * if there is no such frame.
   */
  firstFrame(bytes: Buffer, at: number): AnimationFrame | undefined {
    if (!this.#isAnimated || this.#sequence > 0) return undefined;
    let size: Size | undefined;
    const data: Buffer[] = [];
    for (let chunk = readChunk(bytes, at); chunk && !isEnd(chunk, data); chunk = readChunk(bytes, chunk.end)) {
      const { name, content, hasChecksum } = chunk;
      if (name === 'fcTL' && hasChecksum) size = this.#frameSize(content);
      if (name !== 'fdAT' || !size || !this.#isNext(content)) continue;
      data.push(content.subarray(sequenceBytes));
    }
    if (!size || data.length === 0) throw new DamagedImageError('it is animated (acTL), and has no first frame.');
    return { size, data: Buffer.concat(data) };
  }

  /** Undefined if the content of a frame control chunk is not valid. */
  #frameSize(content: Buffer): Size | undefined {
    if (content.length !== frameControlBytes || !this.#isNext(content)) return undefined;
    const [width, height, left, top] = [4, 8, 12, 16].map((at) => content.readUInt32BE(at)) as [
      number,
      number,
      number,
      number,
    ];
    const isInside = left + width <= this.#canvas.width && top + height <= this.#canvas.height;
    const isKnown = (content[24] ?? 0) <= lastDispose && (content[25] ?? 0) <= lastBlend;
    return width > 0 && height > 0 && isInside && isKnown ? { width, height } : undefined;
  }

  #isNext(content: Buffer): boolean {
    if (content.length < sequenceBytes || content.readUInt32BE(0) !== this.#sequence) return false;
    this.#sequence += 1;
    return true;
  }
}

function hasFrames(content: Buffer): boolean {
  if (content.length !== animationControlBytes) return false;
  const frames = content.readUInt32BE(0);
  return frames > 0 && frames <= maxFrames;
}

/** True where the first frame ends, or decoders read no further. */
function isEnd({ name, isCut }: PngChunk, data: Buffer[]): boolean {
  return name === 'IEND' || (isCut && name !== 'fdAT') || (data.length > 0 && name === 'fcTL');
}
