import { readOrientation } from '../formats/exif.ts';
import { DamagedImageError, type OpenedImage, type RepairedImage } from '../formats/opened-image.ts';
import { type Frame, isFrameMarker, isOnlyScan, readFrame } from './frame.ts';
import { JpegImage } from './image.ts';
import { exifOf } from './metadata.ts';
import { isApplication, isRestart, marker, nextMarker, readSegment, type Segment } from './segments.ts';

const signature = Buffer.from([0xff, 0xd8, 0xff]);
/** 64 coefficients, held until the last scan has been read. */
const bytesOfBlock = 128;
const startOfImage = signature.subarray(0, 2);

export const isJpeg = (bytes: Buffer) => bytes.subarray(0, signature.length).equals(signature);

/** Reads the size from the frame header and the orientation, and counts the scans. */
export function openJpeg(bytes: Buffer): OpenedImage {
  let frame: Frame | undefined;
  let exif: Buffer | undefined;
  let scans = 0;
  for (const segment of segmentsOf(bytes)) {
    const { code, body } = segment;
    if (isFrameMarker(code)) frame ??= readFrame(code, body);
    if (scans === 0) exif ??= exifOf(segment);
    if (code !== marker.startOfScan) continue;
    scans += 1;
    // Stray bytes after it may look like segments.
    if (scans === 1 && isOnlyScan(frame, body)) break;
  }
  if (!frame) throw new DamagedImageError('it has no frame header.');
  const { size, components } = frame;
  const isRowByRow = frame.coding === 'sequential' && scans === 1;
  const blocks = components.reduce((sum, { blocksAcross, blocksDown }) => sum + blocksAcross * blocksDown, 0);
  return {
    size,
    orientation: exif ? readOrientation(exif) : 1,
    pixelBytes: components.length,
    heldBytes: isRowByRow ? 0 : blocks * bytesOfBlock,
    frames: 1,
    scans,
    repair: () => repairJpeg(bytes),
  };
}

/** Yields segments, without the data of scans, up to the end-of-image marker. */
function* segmentsOf(bytes: Buffer): Generator<Segment> {
  for (let at = startOfImage.length; ; ) {
    const segment = readSegment(bytes, at);
    if (segment.code === marker.endOfImage) return;
    yield segment;
    at = segment.end;
  }
}

/**
 * Reads the codes of every pixel up to the end-of-image marker, because decoders fill in what is missing. Leaves out what
 * they skip and complain about: metadata, stray bytes and markers between segments, bytes after a scan's last code, and
 * the parameters of a sequential scan, which some phones write wrongly.
 */
function repairJpeg(bytes: Buffer): RepairedImage {
  const image = new JpegImage();
  const kept: Buffer[] = [startOfImage];
  for (let at = startOfImage.length; ; ) {
    const segment = readSegment(bytes, at);
    at = segment.end;
    if (segment.code === marker.endOfImage) break;
    if (isSkipped(segment.code)) continue;
    if (segment.code !== marker.startOfScan) {
      image.read(segment);
      kept.push(segment.bytes);
      continue;
    }
    const scan = image.readScan(segment, bytes, at);
    kept.push(...scan.kept);
    at = scan.end;
    if (image.isComplete()) {
      requireEndOfImage(bytes, at);
      break;
    }
  }
  image.requireEveryComponent();
  return { bytes: Buffer.concat([...kept, Buffer.from([0xff, marker.endOfImage])]), hasWarnings: !image.isInOrder };
}

/** True for metadata, and for markers that mean nothing outside of a scan. */
function isSkipped(code: number): boolean {
  return isApplication(code) || code === marker.comment || code === marker.temporary || isRestart(code);
}

function requireEndOfImage(bytes: Buffer, from: number): void {
  for (let found = nextMarker(bytes, from); found.code !== marker.endOfImage; ) found = nextMarker(bytes, found.end);
}
