/** Where things are in a TIFF file (TIFF 6.0, section 2) and in a BigTIFF file, by their number of version. */
const layouts = new Map([
  [42, { firstAt: 4, countBytes: 2, offsetBytes: 4 }],
  [43, { firstAt: 8, countBytes: 8, offsetBytes: 8 }],
]);
/** Bytes of a value of each type that EXIF has; 13 is an offset. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** Types of an offset to another directory, and their bytes. The last two are BigTIFF's. */
const offsetTypeBytes = new Map([
  [4, 4],
  [13, 4],
  [16, 8],
  [18, 8],
]);
const [smallestFileBytes, headerBytes, longType] = [16, 8, 4];
/** The layout of the copy: a directory has the number of its entries, the entries, and the offset of the next one. */
const [countBytes, entryBytes, inlineBytes, nextBytes] = [2, 12, 4, 4];
/** Limit of a JPEG's segment, without the name of its content. */
const maxExifBytes = 65_527;

/** Tags that are copied of a directory; default: all. Some hold the offset of another directory. */
interface Selection {
  tags?: Set<number>;
  directories?: Map<number, Selection>;
}

const interoperability = 0xa005;
/** The first directory of a file describes the layout of the pixels, too, and holds metadata that are no EXIF data. */
const mainDirectory: Selection = {
  tags: new Set([
    ...[0x010d, 0x010e, 0x010f, 0x0110, 0x011d], // names of the document, image, maker, model and page
    ...[0x0131, 0x0132, 0x013b, 0x013c, 0x8298], // software, time, artist, computer, copyright
    ...[0x4746, 0x4749, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f], // what Windows adds: ratings, title, author, keywords
  ]),
  directories: new Map<number, Selection>([
    [0x8769, { directories: new Map([[interoperability, {}]]) }],
    [0x8825, {}],
  ]),
};

interface Field {
  tag: number;
  type: number;
  count: number;
  /** Bytes in the order of the file, or the fields of another directory. */
  value: Buffer | Field[];
}

/**
 * Copies the EXIF data of a TIFF file, whose first directory they share with the layout of the pixels, into a structure of
 * their own. Leaves out the orientation and the resolution. Returns undefined if there are none, or over 64 kB.
 */
export function exifOfTiff(file: Buffer): Buffer | undefined {
  const fields = readFile(file);
  if (!fields?.length) return undefined;
  const isLittle = isLittleEndian(file);
  const header = Buffer.alloc(headerBytes);
  header.write(isLittle ? 'II*\0' : 'MM\0*', 'latin1');
  const write32 = isLittle ? header.writeUInt32LE : header.writeUInt32BE;
  write32.call(header, headerBytes, 4);
  const exif = Buffer.concat([header, writeDirectory(fields, headerBytes, isLittle)]);
  return exif.length > maxExifBytes ? undefined : exif;
}

const isLittleEndian = (file: Buffer) => file.toString('latin1', 0, 2) === 'II';

function readFile(file: Buffer): Field[] | undefined {
  if (file.length < smallestFileBytes) return undefined;
  const isLittle = isLittleEndian(file);
  /** Reads an unsigned number of 2, 4 or 8 bytes. */
  const read = (at: number, bytes: number): number => {
    if (bytes < 8) return isLittle ? file.readUIntLE(at, bytes) : file.readUIntBE(at, bytes);
    return Number(isLittle ? file.readBigUInt64LE(at) : file.readBigUInt64BE(at));
  };
  const layout = layouts.get(read(2, 2));
  if (!layout) return undefined;
  const { firstAt, offsetBytes } = layout;
  const sizes = { count: layout.countBytes, entry: 4 + 2 * offsetBytes };
  // Any number of entries may have the same bytes.
  let left = maxExifBytes;

  /** Skips damaged fields. */
  function readDirectory(start: number, { tags, directories }: Selection): Field[] {
    const first = start + sizes.count;
    if (first > file.length) return [];
    const count = Math.min(read(start, sizes.count), Math.floor((file.length - first) / sizes.entry));
    const fields: Field[] = [];
    for (let at = first; at < first + count * sizes.entry && left >= 0; at += sizes.entry) {
      const tag = read(at, 2);
      const directory = directories?.get(tag);
      const isCopied = directory || !tags || tags.has(tag);
      const field = isCopied && (directory ? readPointer(at, directory) : readField(at));
      if (field) fields.push(field);
    }
    return fields;
  }

  function readPointer(at: number, directory: Selection): Field | undefined {
    const bytes = offsetTypeBytes.get(read(at + 2, 2));
    if (bytes === undefined || bytes > offsetBytes || read(at + 4, offsetBytes) !== 1) return undefined;
    left -= entryBytes;
    const value = readDirectory(read(at + 4 + offsetBytes, bytes), directory);
    return value.length > 0 ? { tag: read(at, 2), type: longType, count: 1, value } : undefined;
  }

  function readField(at: number): Field | undefined {
    const [tag, type, count] = [read(at, 2), read(at + 2, 2), read(at + 4, offsetBytes)];
    const valueBytes = count * (typeBytes[type] ?? 0);
    const inline = at + 4 + offsetBytes;
    const start = valueBytes > offsetBytes ? read(inline, offsetBytes) : inline;
    if (valueBytes === 0 || start + valueBytes > file.length) return undefined;
    left -= entryBytes + valueBytes;
    return { tag, type, count, value: file.subarray(start, start + valueBytes) };
  }

  const fields = readDirectory(read(firstAt, offsetBytes), mainDirectory);
  return left < 0 ? undefined : fields;
}

/** Writes a directory that starts at this offset, and after it the values that do not fit in its entries. */
function writeDirectory(fields: Field[], start: number, isLittle: boolean): Buffer {
  const directory = Buffer.alloc(countBytes + fields.length * entryBytes + nextBytes);
  const write = (at: number, bytes: number, value: number) =>
    isLittle ? directory.writeUIntLE(value, at, bytes) : directory.writeUIntBE(value, at, bytes);
  const parts: Buffer[] = [directory];
  let end = start + directory.length;
  write(0, 2, fields.length);
  for (const [index, { tag, type, count, value }] of fields.entries()) {
    const at = countBytes + index * entryBytes;
    write(at, 2, tag);
    write(at + 2, 2, type);
    write(at + 4, 4, count);
    const content = Buffer.isBuffer(value) ? value : writeDirectory(value, end, isLittle);
    if (Buffer.isBuffer(value) && value.length <= inlineBytes) {
      value.copy(directory, at + 8);
    } else {
      write(at + 8, 4, end);
      // Offsets are even.
      parts.push(content, Buffer.alloc(content.length % 2));
      end += content.length + (content.length % 2);
    }
  }
  return Buffer.concat(parts);
}
