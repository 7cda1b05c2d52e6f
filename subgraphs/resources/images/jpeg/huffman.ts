import { DamagedImageError } from '../formats/opened-image.ts';

/**
 * Coefficients by the first 16 bits of their code: bits × 256 + symbol, or 0 where there is no such code. The bits are
 * those of the code and of the value that follows it, whose size is in the symbol's lower half.
 */
export type HuffmanTable = Uint16Array;

/** Each has 128 kB, and scans name the same one for several blocks. */
const created = new WeakMap<Buffer, HuffmanTable>();

/** Returns the table of a specification, which must not change. It is created once. */
export function huffmanTableOf(specification: Buffer): HuffmanTable {
  const table = created.get(specification) ?? createHuffmanTable(specification);
  created.set(specification, table);
  return table;
}

/** Number of codes of each length from 1 to 16 bits, then their symbols (ITU T.81, annex B.2.4.2). */
function createHuffmanTable(specification: Buffer): HuffmanTable {
  const table = new Uint16Array(2 ** 16);
  let [code, next] = [0, 16];
  for (let length = 1; length <= 16; length += 1) {
    for (let left = specification[length - 1] ?? 0; left > 0; left -= 1) {
      const width = 2 ** (16 - length);
      const symbol = specification[next] ?? 0;
      table.fill(((length + (symbol & 0x0f)) << 8) | symbol, code, code + width);
      code += width;
      next += 1;
    }
  }
  if (code > 2 ** 16) throw new DamagedImageError('one of its Huffman tables has too many codes.');
  return table;
}

/** Splits the segment of Huffman tables into one specification each, by class (0 for DC, 1 for AC) × 16 + number. */
export function readHuffmanTables(body: Buffer): Map<number, Buffer> {
  const tables = new Map<number, Buffer>();
  for (let at = 0; at + 17 <= body.length; ) {
    const symbols = body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    tables.set(body[at] ?? 0, body.subarray(at + 1, at + 17 + symbols));
    at += 17 + symbols;
  }
  return tables;
}

/** The tables that files without their own use, by class and number (annex K.3): Motion JPEG leaves them out. */
export const standardTables: ReadonlyMap<number, Buffer> = new Map(
  [
    [0x00, 'AAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKCw=='],
    [0x01, 'AAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKCw=='],
    [
      0x10,
      'AAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+g==',
    ],
    [
      0x11,
      'AAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp6vLz9PX29/j5+g==',
    ],
  ].map(([key, base64]) => [Number(key), Buffer.from(String(base64), 'base64')]),
);

/** Reads bits of entropy-coded data, most significant first; beyond its end, zeros. */
export class BitReader {
  /** Bits read so far. */
  position = 0;
  readonly #bytes: Buffer;
  readonly #bits: number;

  /** The bytes are without the zeros that are stuffed after each 0xff. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#bits = bytes.length * 8;
  }

  isBeyondEnd(): boolean {
    return this.position > this.#bits;
  }

  skip(bits: number): void {
    this.position += bits;
  }

  /** Reads a number of up to 16 bits. */
  read(bits: number): number {
    const value = this.#next16() >> (16 - bits);
    this.position += bits;
    return value;
  }

  /** Reads a code with the value that follows it. Returns its symbol: a run of zeros × 16 + the value's size in bits. */
  readCoefficient(table: HuffmanTable): number {
    const entry = table[this.#next16()] ?? 0;
    if (entry === 0)
      throw new DamagedImageError('its data end early, or have a code that is not in its Huffman table.');
    this.position += entry >> 8;
    return entry & 0xff;
  }

  #next16(): number {
    const at = this.position >> 3;
    const bytes = this.#bytes;
    const next24 = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    return (next24 >> (8 - (this.position & 7))) & 0xffff;
  }
}
