import type { ImageVariant } from './images.ts';
import { gradient, joined, type Segment, segmentsOf } from './jpeg-variants.ts';

const [frame, scan] = [0xc2, 0xda];

/**
 * The scans of a progressive JPEG as libjpeg writes it: 0 begins the DC coefficients, 1 to 4 begin AC coefficients of one
 * component each, 6 refines the DC coefficients, and 5, 7, 8 and 9 refine AC coefficients.
 */
const [firstDc, firstAc, refinedAc, refinedDc] = [0, [1, 2, 3, 4], [5, 7, 8, 9], 6];

interface ProgressiveJpeg {
  original: Buffer;
  /** Joins scans by their numbers. */
  of: (numbers: number[]) => Buffer;
  numbers: number[];
}

async function progressiveJpeg(): Promise<ProgressiveJpeg> {
  const original = await gradient().jpeg({ progressive: true }).toBuffer();
  const segments = segmentsOf(original);
  const start = segments.findIndex(({ marker }) => marker === frame) + 1;
  // Each with the Huffman tables before it.
  const scans: Segment[][] = [[]];
  for (const segment of segments.slice(start, -1)) {
    scans.at(-1)?.push(segment);
    if (segment.marker === scan) scans.push([]);
  }
  const of = (numbers: number[]) => {
    const chosen = numbers.flatMap((number) => scans[number] ?? []);
    return joined([...segments.slice(0, start), ...chosen, ...segments.slice(-1)]);
  };
  return { original, of, numbers: scans.slice(0, -1).map((_, number) => number) };
}

/** Files of which decoders show every pixel, and of most of which libjpeg warns. */
export async function wholeScanOrders(): Promise<ImageVariant[]> {
  const { original, of, numbers } = await progressiveJpeg();
  const others = (number: number) => numbers.filter((other) => other !== number);
  const twice = (number: number) => numbers.flatMap((other) => (other === number ? [other, other] : [other]));
  const files: [string, number[]][] = [
    ...[firstDc, ...firstAc, refinedDc].map((number): [string, number[]] => [`scan ${number} twice`, twice(number)]),
    ...firstAc.map((number): [string, number[]] => [`scan ${number} before all others`, [number, ...others(number)]]),
    [`scan ${refinedDc} again after all others`, [...numbers, refinedDc]],
    [`scan ${refinedDc} after all others`, [...others(refinedDc), refinedDc]],
    ['scan 0 three times and scan 1 twice', [0, 0, ...twice(1)]],
  ];
  return files.map(([name, order]) => ({ name: `a progressive JPEG with ${name}`, original, bytes: of(order) }));
}

/** Files in which scans refine pixels of which an earlier scan is missing, or have codes of other pixels. */
export async function incompleteScanOrders(): Promise<ImageVariant[]> {
  const { original, of, numbers } = await progressiveJpeg();
  const without = (number: number) => numbers.filter((other) => other !== number);
  const files: [string, number[]][] = [
    ...[firstDc, ...firstAc, 5].map((number): [string, number[]] => [`no scan ${number}`, without(number)]),
    ...[firstDc, ...firstAc, 5].map((number): [string, number[]] => [
      `scan ${number} after all others`,
      [...without(number), number],
    ]),
    ...[refinedDc, ...refinedAc].map((number): [string, number[]] => [
      `scan ${number} before all others`,
      [number, ...without(number)],
    ]),
    ...refinedAc.map((number): [string, number[]] => [`scan ${number} again after all others`, [...numbers, number]]),
  ];
  return files.map(([name, order]) => ({ name: `a progressive JPEG with ${name}`, original, bytes: of(order) }));
}
