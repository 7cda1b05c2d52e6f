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

/** What is known of an image beside its bytes. Times are ISO 8601 in UTC, the hash is lower-case hex of the bytes. */
export type ImageRecord = z.infer<typeof imageRecord>;

/** An image as it is stored: what is known of it, and its bytes. */
export interface StoredImage {
  record: ImageRecord;
  bytes: Buffer;
}

/** No file's first line is longer than this, line feed included. */
export const RECORD_MAX_BYTES = 1024;

const LINE_FEED = 0x0a;

/** Adds hash and size of the bytes to what else is known of an image. */
export function describeImage(known: Omit<ImageRecord, 'sha256' | 'sizeBytes'>, bytes: Buffer): ImageRecord {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...known, sha256, sizeBytes: bytes.length };
}

/** One file's content: the record as a line of JSON, then the bytes as they are. */
export function encodeImage({ record, bytes }: StoredImage): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(record)}\n`), bytes]);
}

/** Reads the record of image `id` from the beginning of its file. Throws when there is none. */
export function decodeRecord(id: string, head: Buffer): ImageRecord {
  const line = head.toString('utf8', 0, Math.max(0, head.indexOf(LINE_FEED)));
  const record = imageRecord.safeParse(parseJson(line));
  if (record.success && record.data.id === id) return record.data;
  // No cause: what the parsers say may quote the file, and image data is not for the log.
  throw new Error(`The file of image ${id} is damaged: its first line is not its record`);
}

/** Reads a whole file. Throws when it does not hold the bytes that its record promises. */
export function decodeImage(id: string, content: Buffer): StoredImage {
  const record = decodeRecord(id, content.subarray(0, RECORD_MAX_BYTES));
  const bytes = content.subarray(content.indexOf(LINE_FEED) + 1);
  if (bytes.length === record.sizeBytes) return { record, bytes };
  throw new Error(`The file of image ${id} is damaged: ${bytes.length} bytes instead of ${record.sizeBytes}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
