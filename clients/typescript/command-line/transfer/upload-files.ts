import { stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { defaultMaxUploadBytes } from '../../image-input.ts';
import { isSystemError } from '../account/private-files.ts';
import { formatBytes } from '../terminal/text.ts';

/** A file to upload. */
export interface UploadFile {
  path: string;
  sizeBytes: number;
}

export interface FoundFiles {
  files: UploadFile[];
  failures: { path: string; code: string; message: string }[];
  /** How many files of folders have no extension of an image. */
  leftOut: number;
}

const imageExtensions = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.png',
  '.apng',
  '.gif',
  '.webp',
  '.avif',
  '.tif',
  '.tiff',
  '.heic',
  '.heif',
]);

const describeTooLarge = (size: number) =>
  `The file has ${formatBytes(size)}, and the limit is ${formatBytes(defaultMaxUploadBytes)}. Make it smaller.`;

/**
 * Finds the files of arguments: files, folders with all that is below them, and patterns such as `**\/*.jpg`. Hidden files
 * and symbolic links count only where an argument names them. Each file is found once.
 */
export async function findFiles(names: readonly string[]): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], failures: [], leftOut: 0 };
  const paths = new Set<string>();
  const fail = (path: string, code: string, message: string) => found.failures.push({ path, code, message });
  const add = async (path: string) => {
    if (paths.has(resolve(path))) return;
    paths.add(resolve(path));
    try {
      const status = await stat(path);
      if (!status.isFile()) fail(path, 'UNREADABLE', 'This is no regular file.');
      else if (status.size > defaultMaxUploadBytes) fail(path, 'PAYLOAD_TOO_LARGE', describeTooLarge(status.size));
      else found.files.push({ path, sizeBytes: status.size });
    } catch (error) {
      fail(path, 'UNREADABLE', describeFileError(error));
    }
  };
  for (const name of names) {
    const status = await stat(name).catch(() => undefined);
    if (status?.isDirectory()) {
      const below = await list('**', name);
      const images = below.filter((path) => imageExtensions.has(extname(path).toLowerCase()));
      found.leftOut += below.length - images.length;
      for (const path of images) await add(join(name, path));
    } else if (!status && isDynamicPattern(name)) {
      const matches = await list(name, '.');
      if (matches.length === 0) fail(name, 'UNREADABLE', 'No file matches this pattern.');
      for (const path of matches) await add(path);
    } else {
      await add(name);
    }
  }
  return found;
}

/** The paths are relative where the pattern is. */
const list = async (pattern: string, cwd: string) => {
  const options = { cwd, absolute: isAbsolute(pattern), followSymbolicLinks: false, expandDirectories: false };
  return (await glob(pattern, options)).sort();
};

/** The title of a file that has no other: its name, within the limit of the API. */
export const titleOf = (path: string) => [...basename(path).trim()].slice(0, 200).join('');

/** Says in plain words why a file cannot be read. */
export function describeFileError(error: unknown): string {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return 'There is no such file.';
  if (isSystemError(error, 'EACCES', 'EPERM')) return 'You have no permission to read it.';
  return error instanceof Error ? error.message : String(error);
}
