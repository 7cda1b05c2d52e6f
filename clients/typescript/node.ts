import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

export * from './index.ts';

/** An image in a file, read whole, with the file's name: for `create` and `replaceImage`. Rejects as `readFile` does. */
export async function imageFromFile(path: string, options: { signal?: AbortSignal | undefined } = {}): Promise<File> {
  const { signal } = options;
  return new File([await readFile(path, signal && { signal })], basename(path));
}
