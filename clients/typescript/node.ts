import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

export * from './index.ts';

/** Reads an image file for `create` or `replaceImage`; the File has its name. Rejects like `fs.readFile`. */
export async function imageFromFile(path: string, options: { signal?: AbortSignal | undefined } = {}): Promise<File> {
  const { signal } = options;
  return new File([await readFile(path, signal && { signal })], basename(path));
}
