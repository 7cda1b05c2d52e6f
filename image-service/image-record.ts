import { createHash } from 'node:crypto';
import { z } from 'zod';

const imageRecord = z.object({
  id: z.string(),
  contentType: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  sha256: z.string(),
  sizeBytes: z.int(),
});

/** An image's metadata. Times are ISO 8601 in UTC; `sha256` is the hash of its bytes in lower-case hex. */
export type ImageRecord = z.infer<typeof imageRecord>;

/** An image with its metadata. */
export interface StoredImage {
  record: ImageRecord;
  bytes: Buffer;
}

/** Limit of a file's first line, line feed included. */
export const RECORD_MAX_BYTES = 1024;

const LINE_FEED = 0x0a;

/** Adds the hash and size of the bytes to an image's metadata. */
export function describeImage(metadata: Omit<ImageRecord, 'sha256' | 'sizeBytes'>, bytes: Buffer): ImageRecord {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...metadata, sha256, sizeBytes: bytes.length };
}

/** Encodes a file: the record as one line of JSON, then the bytes. */
export function encodeImage({ record, bytes }: StoredImage): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(record)}\n`), bytes]);
}

/** Thrown for a file that is not an image as `encodeImage` wrote it. */
export class DamagedFileError extends Error {
  constructor(id: string, detail: string) {
    super(`The file of image ${id} is damaged: ${detail}`);
    this.name = 'DamagedFileError';
  }
}

/** Decodes the record of image `id` from the beginning of its file. Throws a `DamagedFileError`. */
export function decodeRecord(id: string, head: Buffer): ImageRecord {
  const line = head.toString('utf8', 0, Math.max(0, head.indexOf(LINE_FEED)));
  const record = imageRecord.safeParse(parseJson(line));
  if (record.success && record.data.id === id) return record.data;
  // Without a cause, because parsers quote the file in their messages, and image data must not be logged.
  throw new DamagedFileError(id, 'its first line is not its record');
}

/** Decodes a whole file. Throws a `DamagedFileError`, also if bytes are missing. */
export function decodeImage(id: string, content: Buffer): StoredImage {
  const record = decodeRecord(id, content.subarray(0, RECORD_MAX_BYTES));
  const bytes = content.subarray(content.indexOf(LINE_FEED) + 1);
  if (bytes.length === record.sizeBytes) return { record, bytes };
  throw new DamagedFileError(id, `${bytes.length} bytes instead of ${record.sizeBytes}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
