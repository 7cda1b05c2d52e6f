import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const headerEnd = 33;
const endChunkBytes = 12;

/** A whole PNG of exactly so many bytes, most of them in a text chunk. */
export async function pngOfSize(sizeBytes: number): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  const text = chunk('tEXt', Buffer.alloc(sizeBytes - png.length - 12, 'pad\0x'));
  return Buffer.concat([png.subarray(0, -endChunkBytes), text, png.subarray(-endChunkBytes)]);
}

/** The PNG with a header that claims another size, and a checksum that holds. */
export function claimSize(png: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), png.subarray(headerEnd)]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
