import { onlyOrientation } from '../formats/exif.ts';
import { type Frame, isFrameMarker, isOnlyScan, readFrame } from './frame.ts';
import {
  endOfScan,
  isApplication,
  isRestart,
  jpegSegment,
  marker,
  nextMarker,
  readSegment,
  type Segment,
} from './segments.ts';

const startOfImage = Buffer.from([0xff, marker.startOfImage]);
/** Application segments with what is kept: JFIF, EXIF, the colour profile, the colours of CMYK. */
const [app0, app1, app2, app14] = [0, 1, 2, 14].map((number) => marker.firstApplication + number);
/** Such a segment begins with the name of its content. */
const [jfif, exif, profile, adobe] = ['JFIF\0', 'Exif\0', 'ICC_PROFILE\0', 'Adobe'];
/** The rest of a JFIF segment is a thumbnail, whose sides are in the last two of these bytes (JFIF 1.02, page 5). */
const [jfifBytes, thumbnailSides] = [14, Buffer.alloc(2)];
/** The rest of the segment is not defined. */
const adobeBytes = 12;
const exifName = Buffer.from(`${exif}\0`, 'latin1');

/** Returns the TIFF structure of a segment with EXIF data. Browsers read the first one before the scans. */
export function exifOf({ code, body }: Segment): Buffer | undefined {
  // They ignore the last byte of the name.
  return code === app1 && isNamed(body, exif) ? body.subarray(exifName.length) : undefined;
}

/**
 * Yields a JPEG without its metadata. Keeps the coded data as they are, JFIF without a thumbnail, Adobe's segment, the
 * colour profile and the orientation. Leaves out all other application segments, comments, bytes between segments, and what
 * comes after the image. Throws a `DamagedImageError`.
 */
export function* jpegParts(bytes: Buffer): Generator<Buffer | undefined> {
  yield startOfImage;
  let frame: Frame | undefined;
  let [hasScan, hasExif] = [false, false];
  for (let at = startOfImage.length; ; ) {
    const segment = readSegment(bytes, at);
    const { code, body, start, end } = segment;
    at = end;
    if (code === marker.startOfScan) {
      at = endOfScan(bytes, end);
      yield bytes.subarray(start, at);
      if (!hasScan && isOnlyScan(frame, body)) {
        yield endOfImage(bytes, at);
        return;
      }
      hasScan = true;
    } else if (isApplication(code)) {
      const isExif = exifOf(segment) !== undefined;
      // Decoders have read colours and orientation before the first scan.
      const kept = hasScan || (isExif && hasExif) ? undefined : keptBody(segment);
      hasExif ||= isExif;
      yield kept?.equals(body) ? bytes.subarray(start, end) : kept && jpegSegment(code, kept);
    } else if (code === marker.comment || code === marker.temporary || isRestart(code)) {
      yield undefined;
    } else {
      if (isFrameMarker(code)) frame ??= readFrame(code, body);
      yield bytes.subarray(start, end);
      if (code === marker.endOfImage) return;
    }
  }
}

/** Returns what is kept of the parameters of an application segment; undefined if that is nothing. */
function keptBody(segment: Segment): Buffer | undefined {
  const { code, body } = segment;
  const tiff = exifOf(segment);
  const orientation = tiff && onlyOrientation(tiff);
  if (orientation) return Buffer.concat([exifName, orientation]);
  if (code === app2 && isNamed(body, profile)) return body;
  if (code === app14 && isNamed(body, adobe) && body.length >= adobeBytes) return body.subarray(0, adobeBytes);
  if (code !== app0 || !isNamed(body, jfif) || body.length < jfifBytes) return undefined;
  return Buffer.concat([body.subarray(0, jfifBytes - thumbnailSides.length), thumbnailSides]);
}

function isNamed(body: Buffer, name: string): boolean {
  return body.toString('latin1', 0, name.length) === name;
}

/** The end-of-image marker after the data of the last scan. Decoders skip what is between the two. */
function endOfImage(bytes: Buffer, from: number): Buffer {
  let found = nextMarker(bytes, from);
  while (found.code !== marker.endOfImage) found = nextMarker(bytes, found.end);
  return bytes.subarray(found.start, found.end);
}
