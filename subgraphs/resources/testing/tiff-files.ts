/** A field of a TIFF directory: a number, bytes, or another directory. */
export interface TiffField {
  tag: number;
  type: number;
  value: number | Buffer | TiffField[];
}

/** The last three are BigTIFF's. */
const bytesOfType = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** A TIFF or BigTIFF file with nothing but directories; its values come in the order of their fields. */
export function tiffFile(fields: TiffField[], { isLittle = true, isBig = false } = {}): Buffer {
  const headerBytes = isBig ? 16 : 8;
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 8 && isLittle) buffer.writeBigUInt64LE(BigInt(value));
    else if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value));
    else if (isLittle) buffer.writeUIntLE(value, 0, bytes);
    else buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const offsetBytes = isBig ? 8 : 4;
  const offset = (value: number) => number(value, offsetBytes);

  function directory(of: TiffField[], start: number): Buffer {
    const countBytes = isBig ? 8 : 2;
    const more: Buffer[] = [];
    let end = start + countBytes + of.length * (4 + 2 * offsetBytes) + offsetBytes;
    const entries = of.map(({ tag, type, value }) => {
      const isPointer = Array.isArray(value);
      const size = bytesOfType[type] ?? 0;
      const content = isPointer ? directory(value, end) : typeof value === 'number' ? number(value, size) : value;
      const count = Buffer.isBuffer(value) ? value.length / size : 1;
      const head = [number(tag, 2), number(type, 2), offset(count)];
      if (!isPointer && content.length <= offsetBytes)
        return Buffer.concat([...head, content, Buffer.alloc(offsetBytes - content.length)]);
      const place = number(end, isPointer ? Math.min(size, offsetBytes) : offsetBytes);
      const entry = Buffer.concat([...head, place, Buffer.alloc(offsetBytes - place.length)]);
      const padded = Buffer.concat([content, Buffer.alloc(content.length % 2)]);
      more.push(padded);
      end += padded.length;
      return entry;
    });
    return Buffer.concat([number(of.length, countBytes), ...entries, offset(0), ...more]);
  }

  const mark = Buffer.from(isLittle ? 'II' : 'MM');
  const head = isBig ? [number(43, 2), number(8, 2), number(0, 2)] : [number(42, 2)];
  return Buffer.concat([mark, ...head, offset(headerBytes), directory(fields, headerBytes)]);
}
