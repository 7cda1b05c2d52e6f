import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { PageFile } from './page-file.ts';

/** The built page of the last start. */
export interface PageCache {
  /** Returns undefined if there is no page for `key`, or its file is damaged. */
  read(key: string): Promise<PageFile[] | undefined>;
  /** Replaces the page atomically. Does nothing if the folder cannot be written. */
  write(key: string, files: PageFile[]): Promise<void>;
}

const digestBytes = 32;

/** Stores a page in one file: SHA-256 of key and content, then the content. The digest detects other keys and damage. */
export function createPageCache(file: string): PageCache {
  const digestOf = (key: string, content: Uint8Array) => createHash('sha256').update(key).update(content).digest();

  return {
    async read(key) {
      try {
        const stored = await readFile(file);
        const content = stored.subarray(digestBytes);
        const isIntact = digestOf(key, content).equals(stored.subarray(0, digestBytes));
        return isIntact ? (deserialize(content) as PageFile[]) : undefined;
      } catch {
        // Missing, unreadable, or written by another version of V8: built again.
        return undefined;
      }
    },
    async write(key, files) {
      const temporary = `${file}.${randomUUID()}`;
      try {
        const content = serialize(files);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, Buffer.concat([digestOf(key, content), content]));
        await rename(temporary, file);
      } catch {
        // The cache saves time only: a read-only or full disk must not fail the gateway.
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}
