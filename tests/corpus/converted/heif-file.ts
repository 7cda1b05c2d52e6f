/** A box of an ISO media file (ISO/IEC 14496-12, section 4.2). */
export function box(type: string, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  return Buffer.concat([uint32(content.length + 8), Buffer.from(type, 'latin1'), content]);
}

const uint8 = (...values: number[]) => Buffer.from(values);

function uint16(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => uint8(value >>> 8, value & 0xff)));
}

export function uint32(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => uint16(value >>> 16, value & 0xffff)));
}

/** A box with a version and flags. */
function fullBox(type: string, [version, flags]: [number, number], ...parts: (Buffer | string)[]): Buffer {
  return box(type, uint8(version), uint32(flags).subarray(1), ...parts);
}

/** Properties of an image. Decoders must know those that transform it. */
export const properties = {
  size: (width: number, height: number) => fullBox('ispe', [0, 0], uint32(width, height)),
  /** Turns it anticlockwise, by quarters. */
  rotation: (quarters: number) => box('irot', uint8(quarters)),
  /** Swaps left and right, or top and bottom. */
  mirror: (swaps: 'left and right' | 'top and bottom') => box('imir', uint8(Number(swaps === 'left and right'))),
  profile: (icc: Buffer) => box('colr', 'prof', icc),
  /** ITU-T H.273; full range. */
  colours: (primaries: number, transfer: number, matrix: number) =>
    box('colr', 'nclx', uint16(primaries, transfer, matrix), uint8(0x80)),
  auxiliaryType: (name: string) => fullBox('auxC', [0, 0], `${name}\0`),
};

export interface HeifItem {
  id: number;
  type: 'hvc1' | 'grid' | 'jpeg' | 'Exif' | 'mime';
  data: Buffer;
  properties?: Buffer[];
  references?: { type: 'auxl' | 'cdsc' | 'dimg' | 'prem' | 'thmb'; to: number[] }[];
  isHidden?: boolean;
}

interface HeifFile {
  primary: number;
  items: HeifItem[];
  /** The first one is the major brand. */
  brands?: string[];
}

/** Writes a HEIF file (ISO/IEC 23008-12) whose items are one after the other. */
export function heifFile({ primary, items, brands = ['heic', 'mif1', 'heic'] }: HeifFile): Buffer {
  const [major = '', ...compatible] = brands;
  const start = box('ftyp', major, uint32(0), ...compatible);
  const metaAt = (dataStart: number) =>
    fullBox(
      'meta',
      [0, 0],
      fullBox('hdlr', [0, 0], uint32(0), 'pict', uint32(0, 0, 0), '\0'),
      fullBox('pitm', [0, 0], uint16(primary)),
      locations(items, dataStart),
      fullBox('iinf', [0, 0], uint16(items.length), ...items.map(itemInfo)),
      fullBox('iref', [0, 0], ...items.flatMap(itemReferences)),
      itemProperties(items),
    );
  const data = box('mdat', ...items.map((item) => item.data));
  return Buffer.concat([start, metaAt(start.length + metaAt(0).length + 8), data]);
}

/** Offsets and lengths have four bytes. */
function locations(items: HeifItem[], dataStart: number): Buffer {
  let offset = dataStart;
  const entries = items.map(({ id, data }) => {
    const entry = Buffer.concat([uint16(id, 0, 1), uint32(offset, data.length)]);
    offset += data.length;
    return entry;
  });
  return fullBox('iloc', [0, 0], uint8(0x44, 0), uint16(items.length), ...entries);
}

function itemInfo({ id, type, isHidden = false }: HeifItem): Buffer {
  const more = type === 'mime' ? 'application/rdf+xml\0' : '';
  return fullBox('infe', [2, Number(isHidden)], uint16(id, 0), type, '\0', more);
}

function itemReferences({ id, references = [] }: HeifItem): Buffer[] {
  return references.map(({ type, to }) => box(type, uint16(id, to.length, ...to)));
}

/** Items may share a property; there are up to 127 of them. */
function itemProperties(items: HeifItem[]): Buffer {
  const all = [...new Set(items.flatMap((item) => item.properties ?? []))];
  const indexOf = (property: Buffer) => uint8((all.indexOf(property) + 1) | essentialFlag(property));
  const associations = items.map(({ id, properties: own = [] }) =>
    Buffer.concat([uint16(id), uint8(own.length), ...own.map(indexOf)]),
  );
  return box('iprp', box('ipco', ...all), fullBox('ipma', [0, 0], uint32(items.length), ...associations));
}

function essentialFlag(property: Buffer): number {
  return ['hvcC', 'irot', 'imir'].includes(property.toString('latin1', 4, 8)) ? 0x80 : 0;
}

/** A grid of images whose upper left part has this size. */
export function gridData({ rows, columns }: { rows: number; columns: number }, width: number, height: number): Buffer {
  return Buffer.concat([uint8(0, 0, rows - 1, columns - 1), uint16(width, height)]);
}

/** An image as HEVC codes it, and the box that decoders need for it. */
export interface HevcImage {
  configuration: Buffer;
  data: Buffer;
}

/** Reads the only image of a file without metadata. */
export function readHevc(file: Buffer): HevcImage {
  return { configuration: findBox(file, 'hvcC'), data: findBox(file, 'mdat').subarray(8) };
}

function findBox(file: Buffer, type: string): Buffer {
  const start = file.indexOf(type, 0, 'latin1') - 4;
  return file.subarray(start, start + file.readUInt32BE(start));
}
