import { DamagedImageError } from '../formats/opened-image.ts';
import type { AcHistory } from './ac-history.ts';
import { type Component, type Frame, isFrameMarker, readFrame } from './frame.ts';
import { BitReader, readHuffmanTables } from './huffman.ts';
import type { Progression } from './progression.ts';
import { readScan, type Scan } from './scan.ts';
import {
  endOfScan,
  isRestart,
  type Marker,
  marker,
  nextMarker,
  type Segment,
  withoutStuffing,
  withStuffing,
} from './segments.ts';

const [defineHuffmanTables, defineRestartInterval] = [0xc4, 0xdd];

/** Reads a JPEG's segments in order, and knows which components have their pixels. */
export class JpegImage {
  #frame: Frame | undefined;
  #restartInterval = 0;
  #scans = 0;
  #isInOrder = true;
  readonly #tables = new Map<number, Buffer>();
  readonly #histories = new Map<Component, AcHistory>();
  readonly #progressions = new Map<Component, Progression>();
  readonly #coded = new Set<Component>();

  /** True after a sequential scan of all components, where decoders stop reading. */
  isComplete(): boolean {
    return (
      this.#frame?.coding === 'sequential' && this.#scans === 1 && this.#coded.size === this.#frame.components.length
    );
  }

  /** False if decoders warn of the order of its scans. */
  get isInOrder(): boolean {
    return this.#isInOrder;
  }

  /** Throws if a component has no scan: libjpeg would show the others alone. */
  requireEveryComponent(): void {
    if (!this.#frame || this.#scans === 0) throw new DamagedImageError('it has no pixels.');
    const isMissing = this.#frame.coding !== 'other' && this.#coded.size < this.#frame.components.length;
    if (isMissing) throw new DamagedImageError('the pixels of a colour component are missing.');
  }

  /** Reads a segment that comes before a scan. */
  read({ code, body }: Segment): void {
    if (isFrameMarker(code)) this.#frame ??= readFrame(code, body);
    if (code === defineHuffmanTables) for (const [key, table] of readHuffmanTables(body)) this.#tables.set(key, table);
    if (code === defineRestartInterval && body.length >= 2) this.#restartInterval = body.readUInt16BE(0);
  }

  /** Reads a scan whose data begin at `start`. Returns what a decoder needs of it, and the offset of the next marker. */
  readScan(header: Segment, bytes: Buffer, start: number): { kept: Buffer[]; end: number } {
    this.#scans += 1;
    const frame = this.#frame;
    if (!frame) throw new DamagedImageError('it has no frame header.');
    if (frame.coding === 'other') return copyUnread(header, bytes, start);
    const [tables, histories, progressions] = [this.#tables, this.#histories, this.#progressions];
    const scan = readScan(header.body, { frame, tables, histories, progressions });
    this.#isInOrder &&= scan.isInOrder;
    for (const component of scan.withPixels) this.#coded.add(component);
    const { kept, end } = readIntervals(scan, bytes, { start, restartInterval: this.#restartInterval });
    const { bytes: headerBytes } = header;
    return {
      kept: [frame.coding === 'sequential' ? withSequentialParameters(headerBytes) : headerBytes, ...kept],
      end,
    };
  }
}

/** Arithmetic-coded data, which the decoder alone can check. */
function copyUnread(header: Segment, bytes: Buffer, start: number): { kept: Buffer[]; end: number } {
  const end = endOfScan(bytes, start);
  return { kept: [header.bytes, bytes.subarray(start, end)], end };
}

/** Spectral selection 0 to 63 and no successive approximation: all that a sequential scan can have. */
function withSequentialParameters(scanHeader: Buffer): Buffer {
  return Buffer.concat([scanHeader.subarray(0, -3), Buffer.from([0, 63, 0])]);
}

/** Reads the data between restart markers (ITU T.81, annex F.2.2.5), and numbers those rightly. */
function readIntervals(scan: Scan, bytes: Buffer, options: { start: number; restartInterval: number }) {
  const kept: Buffer[] = [];
  let unit = 0;
  let at = options.start;
  for (let interval = 0; ; interval += 1) {
    const found = nextMarker(bytes, at);
    const left = scan.units - unit;
    const count = Math.min(options.restartInterval || left, left);
    kept.push(readInterval(scan, bytes.subarray(at, found.start), { first: unit, count }));
    unit += count;
    if (unit === scan.units) return { kept, end: found.start };
    const expected = marker.firstRestart + (interval & 7);
    kept.push(Buffer.from([0xff, expected]));
    at = findRestart(bytes, found, expected).end;
  }
}

/**
 * Finds the restart marker of an interval from a marker on, as libjpeg does (`jpeg_resync_to_restart`): skips codes that
 * are no markers and the numbers just passed, and takes a number that is far from the expected one for it. A number that
 * comes soon, or another marker, means that data are missing.
 */
function findRestart(bytes: Buffer, from: Marker, expected: number): Marker {
  for (let found = from; ; found = nextMarker(bytes, found.end)) {
    const ahead = (found.code - expected) & 7;
    if (isRestart(found.code) && (ahead === 0 || (ahead > 2 && ahead < 6))) return found;
    const isSkipped = found.code < marker.firstFrame || (isRestart(found.code) && ahead > 5);
    if (!isSkipped) throw new DamagedImageError('a restart marker is not in its place, so decoders leave out pixels.');
  }
}

/** Reads units, and returns their data without the bytes after the last code. */
function readInterval(scan: Scan, data: Buffer, { first, count }: { first: number; count: number }): Buffer {
  const plain = withoutStuffing(data);
  const bits = new BitReader(plain);
  scan.read(bits, first, count);
  const used = Math.ceil(bits.position / 8);
  return used < plain.length ? withStuffing(plain.subarray(0, used)) : data;
}
