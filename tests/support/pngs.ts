import sharp from 'sharp';
import { pngChunk } from '../../subgraphs/resources/images/png/chunks.ts';

const headerEnd = 33;
const endChunkBytes = 12;

/** A valid PNG of exactly this size, most of it after the compressed pixels. */
export async function pngOfSize(sizeBytes: number): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  const padding = pngChunk('IDAT', Buffer.alloc(sizeBytes - png.length - endChunkBytes, 'padding'));
  return Buffer.concat([png.subarray(0, -endChunkBytes), padding, png.subarray(-endChunkBytes)]);
}

/** The PNG with other dimensions in its header, and the right checksum. */
export function claimSize(png: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', header), png.subarray(headerEnd)]);
}
