import { DamagedImageError, type Size } from '../formats/opened-image.ts';

export interface PngHeader {
  size: Size;
  /** Bits of a sample. */
  depth: number;
  /** Samples of a decoded pixel: decoders look up those of a palette. */
  samples: number;
  isPalette: boolean;
  isInterlaced: boolean;
}

/** By colour type (PNG, third edition, table 8); types 1 and 5 do not exist. */
const colourTypes: Record<number, { samples: number; depths: number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 3, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const paletteType = 3;
const headerBytes = 13;

/** Reads the content of the header chunk (section 11.2.1). */
export function readHeader(content: Buffer): PngHeader {
  if (content.length !== headerBytes) throw new DamagedImageError('its header chunk (IHDR) has not 13 bytes.');
  const size = { width: content.readUInt32BE(0), height: content.readUInt32BE(4) };
  const [depth = 0, type = 0, compression = 0, filtering = 0, interlacing = 0] = content.subarray(8);
  const colours = colourTypes[type];
  if (!colours?.depths.includes(depth)) {
    throw new DamagedImageError(`its header has colour type ${type} with ${depth} bits, which PNG does not have.`);
  }
  if (compression !== 0 || filtering !== 0 || interlacing > 1) {
    throw new DamagedImageError('its header has a compression, filter or interlace method that PNG does not have.');
  }
  const { samples } = colours;
  return { size, depth, samples, isPalette: type === paletteType, isInterlaced: interlacing === 1 };
}
