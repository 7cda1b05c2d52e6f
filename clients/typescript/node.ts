import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { defaultMaxUploadBytes, tooLargeToSend } from './image-input.ts';

export * from './index.ts';

export interface ReadOptions {
  /** Bytes that the file may have; by default 16 MiB, as the API's default is. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Reads an image file for `create` or `replaceImage`; the File has its name. Rejects like `fs.readFile`, and with
 * PAYLOAD_TOO_LARGE, before it is read, if it has more than `maxBytes`.
 */
export async function imageFromFile(path: string, options: ReadOptions = {}): Promise<File> {
  const { maxBytes = defaultMaxUploadBytes, signal } = options;
  signal?.throwIfAborted();
  const { size } = await stat(path);
  if (size > maxBytes) throw tooLargeToSend(size, maxBytes);
  return new File([await readFile(path, signal && { signal })], basename(path));
}
