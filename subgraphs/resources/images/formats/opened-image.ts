/** Thrown for a file that is not accepted. The message is a sentence for clients. */
export class UnsupportedImageError extends Error {
  override name = 'UnsupportedImageError';
}

/** Thrown for a file that lacks pixels, or whose structure no decoder can follow. */
export class DamagedImageError extends UnsupportedImageError {
  /** The detail ends as a sentence. */
  constructor(detail: string) {
    super(`The image is damaged: ${detail}`);
    this.name = 'DamagedImageError';
  }
}

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A file for the decoder. */
export interface RepairedImage {
  bytes: Buffer;
  /** True if the decoder warns of it although every pixel is there. */
  hasWarnings: boolean;
}

/** An image whose structure was read, but none of its pixels. */
export interface OpenedImage {
  /** As stored, before the orientation is applied. */
  size: Size;
  /** EXIF's orientation, 1 to 8. */
  orientation: number;
  /** Bytes of a pixel as a decoder gives it. */
  pixelBytes: number;
  /** Bytes that a decoder holds for the whole image, where it cannot decode row by row. */
  heldBytes: number;
  /** Number of frames; 1 unless it is a GIF. */
  frames: number;
  /** Number of scans; 1 unless it is a JPEG. Decoders process the whole image for each. */
  scans: number;
  /**
   * Returns a file for the decoder: the same pixels, without the metadata and stray bytes that decoders skip. Throws a
   * `DamagedImageError` if pixels are missing. Its work grows with the size, so check that first.
   */
  repair: () => RepairedImage | Promise<RepairedImage>;
  /**
   * Decides about a file that the decoder rejects: throws a `DamagedImageError` that says what is wrong, unless every
   * pixel is there. Without it, the decoder decides.
   */
  requirePixels?: () => Promise<void>;
}

/** Words for memory that a decoder would not take for any file like this one: libheif's and libtiff's own limits. */
const refusals = /security limit|exceeds|memory not allocated|byte limit|\(0 elements/i;

/**
 * Returns a handler of what libvips throws, which reports damage and lack of memory alike, in a line of words for each
 * decoder that fails: throws a `DamagedImageError` with the detail, or the same error if memory ran out.
 */
export function throwDamage(detail: string): (error: Error) => never {
  return (error) => {
    const ranOut = error.message.split('\n').some((line) => /memory/i.test(line) && !refusals.test(line));
    throw ranOut ? error : new DamagedImageError(detail);
  };
}
