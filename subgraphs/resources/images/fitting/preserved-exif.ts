import { resetOrientation } from '../formats/exif.ts';
import { jpegSegment } from '../jpeg/segments.ts';
import { pngChunk, pngSignature } from '../png/chunks.ts';

const exifName = Buffer.from('Exif\0\0', 'latin1');
const exifMarker = 0xe1;
/** Limit of a JPEG's segment. */
const maxExifBytes = 65_533;
const startOfImageBytes = 2;
/** The signature and the header chunk. */
const pngHeadBytes = pngSignature.length + 25;

/** EXIF data that are written into an encoded image. */
export class PreservedExif {
  readonly #tiff: Buffer | undefined;

  /** Takes EXIF data as sharp reads them. The orientation becomes 1, because it has been applied. */
  constructor(exif: Buffer | undefined) {
    const tiff = exif?.subarray(0, exifName.length).equals(exifName) ? exif.subarray(exifName.length) : exif;
    const isKept = tiff && exifName.length + tiff.length <= maxExifBytes;
    this.#tiff = isKept ? resetOrientation(tiff) : undefined;
  }

  /** Bytes that it adds to an image. */
  get sizeBytes(): number {
    return this.#tiff ? this.#tiff.length + 12 : 0;
  }

  addToJpeg(bytes: Buffer): Buffer {
    if (!this.#tiff) return bytes;
    const segment = jpegSegment(exifMarker, Buffer.concat([exifName, this.#tiff]));
    return Buffer.concat([bytes.subarray(0, startOfImageBytes), segment, bytes.subarray(startOfImageBytes)]);
  }

  addToPng(bytes: Buffer): Buffer {
    if (!this.#tiff) return bytes;
    return Buffer.concat([bytes.subarray(0, pngHeadBytes), pngChunk('eXIf', this.#tiff), bytes.subarray(pngHeadBytes)]);
  }
}
