import { DamagedImageError, type OpenedImage, type Size } from '../formats/opened-image.ts';
import { Frame, readBlocks, startOfBlocks, trailer } from './blocks.ts';

const signatures = [Buffer.from('GIF87a'), Buffer.from('GIF89a')];
/** Red, green, blue and transparency. */
const pixelBytes = 4;

export const isGif = (bytes: Buffer) => signatures.some((signature) => bytes.subarray(0, 6).equals(signature));

/** Reads the structure: screen, extensions and frames, as far as they go (GIF89a, section 12 and appendix B). */
export function openGif(bytes: Buffer): OpenedImage {
  const bodyStart = startOfBlocks(bytes);
  const blocks = [...readBlocks(bytes, bodyStart)];
  const frames = blocks.filter((block) => block instanceof Frame);
  const [first] = frames;
  if (!first) throw new DamagedImageError('it has no frame.');
  if (frames.every(({ width, height }) => width * height === 0)) throw new DamagedImageError('it has no pixels.');
  const repair = () => {
    for (const [at, frame] of frames.entries()) frame.checkPixels(at + 1);
    const parts = blocks.map((block) =>
      block instanceof Frame ? block.terminated() : bytes.subarray(block.start, block.end),
    );
    return {
      bytes: Buffer.concat([bytes.subarray(0, bodyStart), ...parts, Buffer.from([trailer])]),
      hasWarnings: false,
    };
  };
  const size = screenSize(bytes, first);
  // The screen, and a copy for frames that are undone.
  const heldBytes = 2 * pixelBytes * size.width * size.height;
  return { size, orientation: 1, pixelBytes, heldBytes, frames: frames.length, scans: 1, repair };
}

/** The logical screen, which browsers enlarge where the first frame exceeds it. */
function screenSize(bytes: Buffer, { left, top, width, height }: Frame): Size {
  return {
    width: Math.max(bytes.readUInt16LE(6), left + width),
    height: Math.max(bytes.readUInt16LE(8), top + height),
  };
}
