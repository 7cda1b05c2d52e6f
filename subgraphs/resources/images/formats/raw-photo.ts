/** Where Canon's raw files have their own mark. */
const [canonMark, canonAt] = ['CR', 8];
const [headerBytes, countBytes, entryBytes] = [8, 2, 12];
/** TIFF 6.0, section 8; TIFF/EP; DNG 1.7. */
const [subfileType, subDirectories, dngVersion] = [0x00fe, 0x014a, 0xc612];
const isReduced = 1;

/**
 * True for the raw file of a camera (DNG, CR2, NEF, ARW), which is a TIFF whose first image is only a preview: it is marked,
 * or has a first image of reduced size and others below it.
 */
export function isRawPhoto(tiff: Buffer): boolean {
  if (tiff.length < headerBytes + canonMark.length) return false;
  if (tiff.toString('latin1', canonAt, canonAt + canonMark.length) === canonMark) return true;
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const read16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const read32 = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const start = read32(4);
  if (read16(2) !== 42 || start + countBytes > tiff.length) return false;
  const first = start + countBytes;
  const count = Math.min(read16(start), Math.floor((tiff.length - first) / entryBytes));
  const entries = Array.from({ length: count }, (_, index) => first + index * entryBytes);
  const has = (tag: number) => entries.some((at) => read16(at) === tag);
  const hasPreview = entries.some((at) => read16(at) === subfileType && (read32(at + 8) & isReduced) !== 0);
  return has(dngVersion) || (hasPreview && has(subDirectories));
}
