/** A TIFF structure begins with its byte order, the number 42, and the offset of its first directory (TIFF 6.0, section 2). */
const headerBytes = 8;
const [littleEndian, bigEndian] = ['II*\0', 'MM\0*'];
/** A directory has the number of its entries, the entries, and the offset of the next directory. */
const [countBytes, entryBytes, nextBytes] = [2, 12, 4];
const orientationTag = 0x0112;
/** The type of an unsigned number of 16 bits. */
const short = 3;
const [asStored, lastOrientation] = [1, 8];
/** This and higher ones swap width and height: the image is turned by 90 degrees. */
const firstTurned = 5;

interface Orientation {
  /** 1 to 8 (Exif 2.3, section 4.6.4). */
  value: number;
  byteOrder: string;
  /** The offset of its value. */
  at: number;
}

/** True if an image with this orientation is shown as high as it is wide. */
export const isTurned = (orientation: number) => orientation >= firstTurned;

/** Reads the orientation from the TIFF structure of EXIF data; 1 if it has none that browsers apply. */
export function readOrientation(tiff: Buffer): number {
  return findOrientation(tiff)?.value ?? asStored;
}

/**
 * Returns a TIFF structure that has nothing but the orientation of this one; undefined if it has none, or 1, which is the
 * default. Returns a structure without anything else as it is.
 */
export function onlyOrientation(tiff: Buffer): Buffer | undefined {
  const orientation = findOrientation(tiff);
  if (!orientation) return undefined;
  const smallest = tiffOf(orientation);
  if (smallest.equals(tiff)) return tiff;
  return orientation.value === asStored ? undefined : smallest;
}

/** Returns a TIFF structure with the orientation 1, if it has one: for pixels to which it has been applied. */
export function resetOrientation(tiff: Buffer): Buffer {
  const orientation = findOrientation(tiff);
  if (!orientation) return tiff;
  const reset = Buffer.from(tiff);
  if (orientation.byteOrder === littleEndian) reset.writeUInt16LE(asStored, orientation.at);
  else reset.writeUInt16BE(asStored, orientation.at);
  return reset;
}

/** Reads the first directory only, and follows no other offset. Browsers take nothing but a single number of 16 bits. */
function findOrientation(tiff: Buffer): Orientation | undefined {
  const byteOrder = tiff.toString('latin1', 0, 4);
  if (tiff.length < headerBytes || (byteOrder !== littleEndian && byteOrder !== bigEndian)) return undefined;
  const { read16, read32 } = readersOf(tiff, byteOrder);
  const start = read32(4);
  if (start + countBytes > tiff.length) return undefined;
  const left = Math.floor((tiff.length - start - countBytes) / entryBytes);
  for (let index = 0; index < Math.min(read16(start), left); index += 1) {
    const at = start + countBytes + index * entryBytes;
    if (read16(at) !== orientationTag || read16(at + 2) !== short || read32(at + 4) !== 1) continue;
    const value = read16(at + 8);
    return value >= asStored && value <= lastOrientation ? { value, byteOrder, at: at + 8 } : undefined;
  }
  return undefined;
}

function readersOf(tiff: Buffer, byteOrder: string) {
  const isLittle = byteOrder === littleEndian;
  return {
    read16: (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)),
    read32: (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at)),
  };
}

function tiffOf({ value, byteOrder }: Omit<Orientation, 'at'>): Buffer {
  const tiff = Buffer.alloc(headerBytes + countBytes + entryBytes + nextBytes);
  tiff.write(byteOrder, 'latin1');
  const isLittle = byteOrder === littleEndian;
  const write16 = (at: number, number: number) =>
    isLittle ? tiff.writeUInt16LE(number, at) : tiff.writeUInt16BE(number, at);
  const write32 = (at: number, number: number) =>
    isLittle ? tiff.writeUInt32LE(number, at) : tiff.writeUInt32BE(number, at);
  write32(4, headerBytes);
  write16(8, 1);
  write16(10, orientationTag);
  write16(12, short);
  write32(14, 1);
  write16(18, value);
  return tiff;
}
