import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  NotAFileError,
  readHead,
  readWhole,
  removeDurably,
  removeTemporaryFiles,
  undefinedIfMissing,
  writeAtomically,
} from './atomic-files.ts';
import {
  DamagedFileError,
  decodeImage,
  decodeRecord,
  describeImage,
  encodeImage,
  type ImageRecord,
  RECORD_MAX_BYTES,
  type StoredImage,
} from './image-record.ts';

const IMAGE_ID = /^[0-9a-f]{24}$/;
const IMAGE_FILE = /^[0-9a-f]{24}\.image$/;

/** The images in one folder. Malformed ids, such as `../secret`, are ids of no image. */
export interface ImageFiles {
  add(image: { contentType: string; bytes: Buffer }): Promise<ImageRecord>;
  /** Lists all images, the oldest first, and the names of files that cannot be read as images. */
  list(): Promise<ImageList>;
  find(id: string): Promise<ImageRecord | undefined>;
  read(id: string): Promise<StoredImage | undefined>;
  /** Returns false and stores nothing if there is no such image. */
  change(id: string, change: ImageChange): Promise<boolean>;
  /** Returns false if there is no such image. */
  remove(id: string): Promise<boolean>;
  isWritable(): Promise<boolean>;
}

export interface ImageList {
  records: ImageRecord[];
  unreadable: string[];
}

/** Throws if an image may not be stored. */
export type ImageCheck = (image: { contentType: string; bytes: Buffer }) => void;

/** The parts of an image to replace. */
interface ImageChange {
  contentType?: string | undefined;
  bytes?: Buffer | undefined;
}

/**
 * Opens a folder of images, and creates it (mode 0700) if missing. Throws the file system's error if it cannot be
 * written. Only one process may open a folder, because changes of an image exclude each other in memory. `add` and
 * `change` pass on what `check` throws, and store nothing then.
 */
export function openImageFiles(folder: string, check: ImageCheck = () => {}): ImageFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  removeTemporaryFiles(folder, IMAGE_FILE);
  return { ...createReader(folder), ...createWriter(folder, check) };
}

function createReader(folder: string) {
  const find = (id: string) => readRecord(folder, id);

  const list = async (): Promise<ImageList> => {
    const [records, unreadable]: [ImageRecord[], string[]] = [[], []];
    for (const name of (await readdir(folder)).filter((name) => IMAGE_FILE.test(name))) {
      try {
        // Undefined if the image was removed since the folder was read.
        const record = await find(name.slice(0, name.indexOf('.')));
        if (record) records.push(record);
      } catch (error) {
        if (!isUnreadableFile(error)) throw error;
        unreadable.push(name);
      }
    }
    return { records: records.sort(byAge), unreadable };
  };

  const isWritable = async (): Promise<boolean> => {
    const writing = access(folder, constants.W_OK | constants.X_OK);
    return writing.then(
      () => true,
      () => false,
    );
  };

  return { find, list, read: (id: string) => readImage(folder, id), isWritable };
}

function createWriter(folder: string, check: ImageCheck) {
  const withLock = createKeyedMutex();

  const write = async (image: StoredImage): Promise<ImageRecord> => {
    check({ contentType: image.record.contentType, bytes: image.bytes });
    await writeAtomically(pathOf(folder, image.record.id), encodeImage(image));
    return image.record;
  };

  const add = async ({ contentType, bytes }: { contentType: string; bytes: Buffer }): Promise<ImageRecord> => {
    const createdAt = new Date().toISOString();
    const id = randomBytes(12).toString('hex');
    return write({ record: describeImage({ id, contentType, createdAt, updatedAt: createdAt }, bytes), bytes });
  };

  // Reads and writes under one lock: otherwise an image that is removed in between would come back.
  const change = (id: string, imageChange: ImageChange): Promise<boolean> =>
    withLock(id, async () => {
      const record = await readRecord(folder, id);
      if (!record) return false;
      // New bytes take the place of the old ones, even of damaged ones.
      const bytes = imageChange.bytes ?? (await readImage(folder, id))?.bytes;
      if (!bytes) return false;
      await write(apply(imageChange, { record, bytes }));
      return true;
    });

  const remove = async (id: string): Promise<boolean> =>
    IMAGE_ID.test(id) && withLock(id, () => removeDurably(pathOf(folder, id)));

  return { add, change, remove };
}

async function readRecord(folder: string, id: string): Promise<ImageRecord | undefined> {
  if (!IMAGE_ID.test(id)) return undefined;
  const head = await undefinedIfMissing(readHead(pathOf(folder, id), RECORD_MAX_BYTES));
  return head && decodeRecord(id, head);
}

async function readImage(folder: string, id: string): Promise<StoredImage | undefined> {
  if (!IMAGE_ID.test(id)) return undefined;
  const content = await undefinedIfMissing(readWhole(pathOf(folder, id)));
  return content && decodeImage(id, content);
}

function apply(change: ImageChange, image: StoredImage): StoredImage {
  const { contentType = image.record.contentType, bytes = image.bytes } = change;
  const { id, createdAt } = image.record;
  return { record: describeImage({ id, contentType, createdAt, updatedAt: new Date().toISOString() }, bytes), bytes };
}

/**
 * True if the file itself is at fault: damaged, no file but a folder or a pipe, a link to itself, or closed to this process. Other errors, such
 * as too many open files, concern every file: a list without them would say that images are gone.
 */
function isUnreadableFile(error: unknown): boolean {
  if (error instanceof DamagedFileError || error instanceof NotAFileError) return true;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ELOOP' || code === 'EACCES' || code === 'EPERM';
}

/** Requires an id that matches IMAGE_ID, so that it cannot contain a path. */
function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.image`);
}

function byAge(one: ImageRecord, other: ImageRecord): number {
  return one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id) ? -1 : 1;
}

/** Runs work with the same key one after the other, in order. */
function createKeyedMutex() {
  const lastByKey = new Map<string, Promise<unknown>>();

  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const previous = lastByKey.get(key) ?? Promise.resolve();
    // A failure is reported to its own caller and does not stop the next one.
    const current = previous.catch(() => {}).then(work);
    lastByKey.set(key, current);
    try {
      return await current;
    } finally {
      if (lastByKey.get(key) === current) lastByKey.delete(key);
    }
  };
}
