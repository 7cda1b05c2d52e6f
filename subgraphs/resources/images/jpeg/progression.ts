import { DamagedImageError } from '../formats/opened-image.ts';

/** The coefficients of a progressive scan, and the bits of them that it has (ITU T.81, annex G.1.1.1). */
export interface ScanBits {
  /** The first and last coefficient, in zigzag order. */
  first: number;
  last: number;
  /** The lowest bit that an earlier scan has; 0 in the first scan of these coefficients. */
  high: number;
  /** The lowest bit that this scan has. */
  low: number;
}

const notCoded = -1;

/** Knows the lowest bit of each coefficient of a component that the scans so far have. */
export class Progression {
  readonly #lowest = new Int8Array(64).fill(notCoded);

  /**
   * Adds a scan. Returns false if it is not in the usual order, of which libjpeg warns: coefficients come twice, or before
   * the DC coefficient. Throws if it refines bits that no scan has, because all decoders show other pixels then.
   */
  add({ first, last, high, low }: ScanBits): boolean {
    let isUsual = first === 0 || this.#lowest[0] !== notCoded;
    for (let index = first; index <= Math.min(last, 63); index += 1) {
      const lowest = this.#lowest[index] ?? notCoded;
      // A refinement sets bits of the DC coefficient, so that it may come again.
      if (high > 0 && lowest !== high && !(index === 0 && lowest === low)) {
        throw new DamagedImageError('a progressive scan refines pixels of which an earlier scan is missing.');
      }
      isUsual &&= high === Math.max(0, lowest);
      this.#lowest[index] = low;
    }
    return isUsual;
  }
}
