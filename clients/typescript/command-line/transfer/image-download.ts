import { createHash, randomUUID } from 'node:crypto';
import { constants, copyFile, link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AnswerError, ConnectionError, type Resource } from '../../node.ts';
import { defaultRetry, withRetry } from '../../retry.ts';
import { isSystemError } from '../account/private-files.ts';
import { CommandError } from '../terminal/errors.ts';
import { comparable, fileNamesOf } from './file-names.ts';

export interface Download {
  resource: Resource;
  folder: string;
  /** Overwrites a file with other content. */
  force: boolean;
  /** The names that this run has used, for `comparable` names. */
  used: Set<string>;
  signal: AbortSignal;
}

export interface Downloaded {
  outcome: 'downloaded' | 'exists';
  path: string;
}

/** A problem of one image, which does not stop the others. */
export class DownloadError extends Error {}

/**
 * Downloads an image into a folder, unless the file is there with the same content. A file appears whole, and another one
 * is never overwritten without `force`: then the name has the id. Throws DownloadError.
 */
export async function downloadImage({ resource, folder, force, used, signal }: Download): Promise<Downloaded> {
  const names = fileNamesOf(resource).filter((name) => !used.has(comparable(name)));
  let bytes: Uint8Array | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const existing = await compare(path, resource.image);
    if (existing === 'same') {
      used.add(comparable(name));
      return { outcome: 'exists', path };
    }
    if (existing === 'other' && !force) continue;
    bytes ??= await fetchImage(resource.image, signal);
    if (!(await place(bytes, path, force))) continue;
    used.add(comparable(name));
    return { outcome: 'downloaded', path };
  }
  throw new DownloadError(
    'Files of its names exist with other content: add --force to overwrite, or choose another --output.',
  );
}

async function compare(path: string, { sizeBytes, sha256 }: Resource['image']): Promise<'none' | 'same' | 'other'> {
  try {
    const status = await stat(path);
    // Nothing but a file of this size is read.
    const isAlike = status.isFile() && status.size === sizeBytes;
    return isAlike && hash(await readFile(path)) === sha256 ? 'same' : 'other';
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'none';
    throw error;
  }
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const timeoutMs = 30_000;

/** Fetches an image from its public URL, without the token, and checks that it is the one that the API describes. */
async function fetchImage({ url, sizeBytes, sha256 }: Resource['image'], signal: AbortSignal): Promise<Uint8Array> {
  if (!/^https?:/.test(url)) throw new DownloadError(`Its URL is not one of http or https: ${url}`);
  const repetition = { ...defaultRetry, attempts: 4, repeatable: 'anything' as const, signal };
  const bytes = await withRetry(() => fetchOnce(url, sizeBytes, signal), repetition).catch((error: unknown) => {
    if (error instanceof AnswerError) throw new DownloadError(error.message);
    // The other images would fail, too.
    if (error instanceof ConnectionError)
      throw new CommandError(`${error.message} Is the image service reachable from here?`);
    throw error;
  });
  if (bytes && hash(bytes) === sha256) return bytes;
  throw new DownloadError('The image was replaced meanwhile: run it again.');
}

/** Undefined if the image has another size. */
async function fetchOnce(url: string, sizeBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (response.status === 404) throw new DownloadError('The image is not there: it may have been deleted meanwhile.');
    if (!response.ok)
      throw new AnswerError(`No image came from ${url} (HTTP status ${response.status}).`, response.status);
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      if (received > sizeBytes) return undefined;
      chunks.push(chunk);
    }
    return received === sizeBytes ? Buffer.concat(chunks) : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DownloadError || error instanceof AnswerError) throw error;
    throw new ConnectionError(`No response from ${url}.`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    controller.abort();
  }
}

const temporaryName = /^\.image-supergraph-[\w-]+\.part$/;

/** Writes a file as a whole. Resolves to false if another one has appeared there, unless it may be overwritten. */
async function place(bytes: Uint8Array, path: string, force: boolean): Promise<boolean> {
  const temporary = join(path, '..', `.image-supergraph-${randomUUID()}.part`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (force) await rename(temporary, path);
    else await linkOrCopy(temporary, path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Unlike a rename, neither replaces what is there. Some file systems have no links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** An hour: no download takes as long. */
const abandonedMs = 3_600_000;

/** Deletes the parts of files that runs have left behind which were killed. */
export async function removeAbandonedParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!temporaryName.test(name)) continue;
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
