import { DamagedImageError } from '../formats/opened-image.ts';
import { AcHistory } from './ac-history.ts';
import type { Component, Frame } from './frame.ts';
import { type BitReader, type HuffmanTable, huffmanTableOf, standardTables } from './huffman.ts';
import { Progression, type ScanBits } from './progression.ts';

/** A scan of one or more components. */
export interface Scan {
  /** The components that have pixels after this scan, at least coarse ones: a progressive image begins with those. */
  withPixels: Component[];
  /** False if it comes in an order of which decoders warn, although they show every pixel. */
  isInOrder: boolean;
  /** Number of units (MCU). */
  units: number;
  /** Reads the coefficients of `count` units from `first` on. Throws a `DamagedImageError` where they are missing. */
  read: (bits: BitReader, first: number, count: number) => void;
}

export interface ScanContext {
  frame: Frame;
  /** Specifications of Huffman tables. */
  tables: Map<number, Buffer>;
  /** Which coefficients earlier scans of each component have set. */
  histories: Map<Component, AcHistory>;
  /** Which bits of the coefficients of each component earlier scans have. */
  progressions: Map<Component, Progression>;
}

/** Reads a scan header (ITU T.81, annex B.2.3). */
export function readScan(body: Buffer, context: ScanContext): Scan {
  const count = body[0] ?? 0;
  if (count < 1 || count > 4 || body.length < 4 + 2 * count) throw new DamagedImageError('a scan header is cut.');
  const { frame } = context;
  const components = componentsOf(frame, body, count);
  const parts = components.map((component, index) => ({ component, tables: body[2 + 2 * index] ?? 0 }));
  const [first = 0, last = 0, precision = 0] = body.subarray(1 + 2 * count);
  const blocks = parts.flatMap(({ component, tables }) => {
    const perUnit = count === 1 ? 1 : component.horizontal * component.vertical;
    return Array.from({ length: perUnit }, () => tables);
  });
  const read = readerOf(context, { components, blocks, first, last, isRefinement: precision >> 4 > 0 });
  const withPixels = frame.coding === 'progressive' && first > 0 ? [] : components;
  const bits = { first, last, high: precision >> 4, low: precision & 0x0f };
  const isInOrder = frame.coding !== 'progressive' || addToProgressions(context, components, bits);
  return { withPixels, isInOrder, units: unitsOf(frame, components), read };
}

function addToProgressions({ progressions }: ScanContext, components: Component[], bits: ScanBits): boolean {
  let isInOrder = true;
  for (const component of components) {
    const progression = progressions.get(component) ?? new Progression();
    progressions.set(component, progression);
    isInOrder = progression.add(bits) && isInOrder;
  }
  return isInOrder;
}

/** Finds the components by their ids. Where some have the same id, they come in the order of the frame header. */
function componentsOf(frame: Frame, body: Buffer, count: number): Component[] {
  const found: Component[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = body[1 + 2 * index];
    const component = frame.components.find((candidate) => candidate.id === id && !found.includes(candidate));
    if (!component) throw new DamagedImageError('a scan has a component that its frame header does not list.');
    found.push(component);
  }
  return found;
}

function unitsOf({ unitsAcross, unitsDown }: Frame, [only, second]: Component[]): number {
  return only && !second ? only.blocksAcross * only.blocksDown : unitsAcross * unitsDown;
}

interface Selection {
  components: Component[];
  /** The Huffman tables of each block of a unit: number of the DC table × 16 + that of the AC table. */
  blocks: number[];
  /** The coefficients in a progressive scan. */
  first: number;
  last: number;
  isRefinement: boolean;
}

function readerOf(context: ScanContext, selection: Selection): Scan['read'] {
  if (context.frame.coding !== 'progressive') return sequentialReader(context, selection);
  if (selection.first === 0) return dcReader(context, selection);
  return acReader(context, selection);
}

function sequentialReader(context: ScanContext, { blocks }: Selection): Scan['read'] {
  const tables = blocks.map((numbers) => ({ dc: dcTable(context, numbers), ac: acTable(context, numbers) }));
  return (bits, _, count) => {
    for (let left = count; left > 0; left -= 1) {
      for (const { dc, ac } of tables) {
        bits.readCoefficient(dc);
        readAc(bits, ac);
      }
      requireData(bits);
    }
  };
}

/** Reads the 63 AC coefficients of a block (annex F.2.2.2). */
function readAc(bits: BitReader, table: HuffmanTable): void {
  for (let index = 1; index < 64; ) {
    const symbol = bits.readCoefficient(table);
    if ((symbol & 0x0f) === 0 && symbol !== 0xf0) return;
    index += (symbol >> 4) + 1;
  }
}

/** DC coefficients of a progressive image (annex G.1.2.1). */
function dcReader(context: ScanContext, { blocks, isRefinement }: Selection): Scan['read'] {
  if (isRefinement) {
    return (bits, _, count) => {
      bits.skip(count * blocks.length);
      requireData(bits);
    };
  }
  const tables = blocks.map((numbers) => dcTable(context, numbers));
  return (bits, _, count) => {
    for (let left = count; left > 0; left -= 1) {
      for (const table of tables) bits.readCoefficient(table);
      requireData(bits);
    }
  };
}

/** AC coefficients of a progressive image: of one component (annex G.1.2.2 and G.1.2.3). */
function acReader(context: ScanContext, { components, blocks, first, last, isRefinement }: Selection): Scan['read'] {
  const [component] = components;
  if (!component || blocks.length > 1 || first > last || last > 63) {
    throw new DamagedImageError('a progressive scan has several components, or coefficients that do not exist.');
  }
  const history = context.histories.get(component) ?? new AcHistory(component.blocksAcross * component.blocksDown);
  context.histories.set(component, history);
  const table = acTable(context, blocks[0] ?? 0);
  return (bits, start, count) => {
    let zeroBlocks = 0;
    for (let block = start; block < start + count; block += 1) {
      const range = { block, first, last };
      if (zeroBlocks > 0) {
        if (isRefinement) history.refineRest(bits, range);
        zeroBlocks -= 1;
      } else zeroBlocks = isRefinement ? history.refine(bits, table, range) : history.readFirst(bits, table, range);
      requireData(bits);
    }
  };
}

function dcTable(context: ScanContext, numbers: number): HuffmanTable {
  return tableOf(context, numbers >> 4);
}

function acTable(context: ScanContext, numbers: number): HuffmanTable {
  return tableOf(context, 0x10 | (numbers & 0x0f));
}

function tableOf({ tables }: ScanContext, key: number): HuffmanTable {
  const specification = tables.get(key) ?? standardTables.get(key);
  if (!specification) throw new DamagedImageError('a scan uses a Huffman table that is not in the file.');
  return huffmanTableOf(specification);
}

function requireData(bits: BitReader): void {
  if (bits.isBeyondEnd()) throw new DamagedImageError('pixels are missing: the data of a scan end early.');
}
