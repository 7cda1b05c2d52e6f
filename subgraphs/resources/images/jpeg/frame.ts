import { DamagedImageError, type Size, UnsupportedImageError } from '../formats/opened-image.ts';

/** A colour component, such as luminance. */
export interface Component {
  id: number;
  /** Blocks in each unit of a scan of several components. */
  horizontal: number;
  vertical: number;
  /** Blocks of 8 × 8 samples that cover the image. */
  blocksAcross: number;
  blocksDown: number;
}

export interface Frame {
  /** Arithmetic coding and lossless processes are `other`. */
  coding: 'sequential' | 'progressive' | 'other';
  size: Size;
  components: Component[];
  /** Units of a scan of several components. */
  unitsAcross: number;
  unitsDown: number;
}

/** True for the markers of frame headers, SOF0 to SOF15. */
export function isFrameMarker(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** Reads a frame header (ITU T.81, annex B.2.2). */
export function readFrame(code: number, body: Buffer): Frame {
  const count = body[5] ?? 0;
  if (count === 0 || body.length < 6 + 3 * count) throw new DamagedImageError('its frame header is cut.');
  requireKnownCoding(code, body[0] ?? 0);
  const size = { width: body.readUInt16BE(3), height: body.readUInt16BE(1) };
  const factors = Array.from({ length: count }, (_, index) => readFactors(body, 6 + 3 * index));
  const most = {
    horizontal: Math.max(...factors.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...factors.map(({ vertical }) => vertical)),
  };
  const components = factors.map((component) => ({
    ...component,
    blocksAcross: Math.ceil((size.width * component.horizontal) / most.horizontal / 8),
    blocksDown: Math.ceil((size.height * component.vertical) / most.vertical / 8),
  }));
  return {
    coding: code === 0xc2 ? 'progressive' : code < 0xc2 ? 'sequential' : 'other',
    size,
    components,
    unitsAcross: Math.ceil(size.width / (8 * most.horizontal)),
    unitsDown: Math.ceil(size.height / (8 * most.vertical)),
  };
}

/** Throws for what neither libjpeg nor browsers decode: SOF3, SOF5 to SOF7, SOF11 to SOF15, and other than 8 bits. */
function requireKnownCoding(code: number, sampleBits: number): void {
  const isKnown = code <= 0xc2 || code === 0xc9 || code === 0xca;
  if (isKnown && sampleBits === 8) return;
  const what = isKnown ? `has ${sampleBits} bits per sample` : 'is lossless or hierarchical';
  throw new UnsupportedImageError(`The JPEG ${what}: save it as baseline or progressive, with 8 bits per sample.`);
}

/** True for the first scan of a frame if decoders read no other: it has the pixels of all components. */
export function isOnlyScan(frame: Frame | undefined, scanHeader: Buffer): boolean {
  return frame?.coding === 'sequential' && scanHeader[0] === frame.components.length;
}

function readFactors(body: Buffer, at: number): Pick<Component, 'id' | 'horizontal' | 'vertical'> {
  const factors = body[at + 1] ?? 0;
  const [horizontal, vertical] = [factors >> 4, factors & 0x0f];
  if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4) {
    throw new DamagedImageError('its frame header has a sampling factor that is not 1 to 4.');
  }
  return { id: body[at] ?? 0, horizontal, vertical };
}
