import type { BitReader, HuffmanTable } from './huffman.ts';

interface Range {
  /** The block's index in its component. */
  block: number;
  /** The first and last coefficient of the scan, in zigzag order. */
  first: number;
  last: number;
}

/**
 * Remembers which AC coefficients of a component are not zero, one bit each. Later scans of a progressive image have one
 * more bit for each of those, and codes only for the others (ITU T.81, annex G.1.2.3).
 */
export class AcHistory {
  readonly #nonZero: Uint32Array;

  constructor(blocks: number) {
    this.#nonZero = new Uint32Array(2 * blocks);
  }

  /** Reads the first scan of these coefficients. Returns the number of blocks after this one that have none. */
  readFirst(bits: BitReader, table: HuffmanTable, { block, first, last }: Range): number {
    for (let index = first; index <= last; ) {
      const symbol = bits.readCoefficient(table);
      const [run, size] = [symbol >> 4, symbol & 0x0f];
      if (size === 0 && run < 15) return readZeroBlocks(bits, run) - 1;
      index += run;
      if (size > 0) this.#mark(block, index);
      index += 1;
    }
    return 0;
  }

  /** Reads a later scan of these coefficients. Returns the number of blocks after this one without new ones. */
  refine(bits: BitReader, table: HuffmanTable, { block, first, last }: Range): number {
    for (let index = first; index <= last; index += 1) {
      const symbol = bits.readCoefficient(table);
      const [run, size] = [symbol >> 4, symbol & 0x0f];
      if (size === 0 && run < 15) {
        const zeroBlocks = readZeroBlocks(bits, run);
        this.refineRest(bits, { block, first: index, last });
        return zeroBlocks - 1;
      }
      for (let zeros = run; index <= last; index += 1) {
        if (this.#isMarked(block, index)) bits.skip(1);
        else if (zeros === 0) break;
        else zeros -= 1;
      }
      if (size > 0) this.#mark(block, index);
    }
    return 0;
  }

  /** Reads one bit for each coefficient of the range that is not zero. */
  refineRest(bits: BitReader, { block, first, last }: Range): void {
    const [low = 0, high = 0] = [this.#nonZero[2 * block], this.#nonZero[2 * block + 1]];
    if (low === 0 && high === 0) return;
    for (let index = first; index <= last; index += 1) if (this.#isMarked(block, index)) bits.skip(1);
  }

  #isMarked(block: number, index: number): boolean {
    return (((this.#nonZero[2 * block + (index >> 5)] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  #mark(block: number, index: number): void {
    const word = 2 * block + (index >> 5);
    if (index < 64) this.#nonZero[word] = (this.#nonZero[word] ?? 0) | (1 << (index & 31));
  }
}

/** The length of a run of blocks without coefficients, this one included. */
function readZeroBlocks(bits: BitReader, exponent: number): number {
  return 2 ** exponent + bits.read(exponent);
}
