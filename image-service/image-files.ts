import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHead, removeLeftovers, removeWhole, unlessMissing, writeWhole } from './atomic-files.ts';
import {
  decodeImage,
  decodeRecord,
  describeImage,
  encodeImage,
  type ImageRecord,
  RECORD_MAX_BYTES,
  type StoredImage,
} from './image-record.ts';
import { createKeyedMutex } from './keyed-mutex.ts';

const IMAGE_ID = /^[0-9a-f]{24}$/;
const IMAGE_FILE = /^[0-9a-f]{24}\.image$/;

/** The images below one folder. What is no id, such as `../secret`, is an id of no image. */
export interface ImageFiles {
  add(image: { contentType: string; bytes: Buffer }): Promise<ImageRecord>;
  /** All images, the oldest first. */
  list(): Promise<ImageRecord[]>;
  find(id: string): Promise<ImageRecord | undefined>;
  read(id: string): Promise<StoredImage | undefined>;
  /** Answers false, and stores nothing, where there is no such image. */
  change(id: string, change: ImageChange): Promise<boolean>;
  /** Answers false where there is no such image. */
  remove(id: string): Promise<boolean>;
  isWritable(): Promise<boolean>;
}

/** What of an image is replaced; the rest stays. */
interface ImageChange {
  contentType?: string | undefined;
  bytes?: Buffer | undefined;
}

/**
 * Opens a folder as a store of images, making it (mode 0700) where it does not exist. Throws the file system's own
 * error when the folder cannot be written. A folder belongs to one process: changes of an image take turns in memory.
 */
export function openImageFiles(folder: string): ImageFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  removeLeftovers(folder, IMAGE_FILE);
  return { ...createReader(folder), ...createWriter(folder) };
}

function createReader(folder: string) {
  const find = async (id: string): Promise<ImageRecord | undefined> => {
    if (!IMAGE_ID.test(id)) return undefined;
    const head = await unlessMissing(readHead(pathOf(folder, id), RECORD_MAX_BYTES));
    return head && decodeRecord(id, head);
  };

  const list = async (): Promise<ImageRecord[]> => {
    const records: ImageRecord[] = [];
    for (const name of (await readdir(folder)).filter((name) => IMAGE_FILE.test(name))) {
      // An image that was removed since the folder was read is not in the list.
      const record = await find(name.slice(0, name.indexOf('.')));
      if (record) records.push(record);
    }
    return records.sort(byAge);
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

function createWriter(folder: string) {
  const withLock = createKeyedMutex();

  const write = async (image: StoredImage): Promise<ImageRecord> => {
    await writeWhole(pathOf(folder, image.record.id), encodeImage(image));
    return image.record;
  };

  const add = ({ contentType, bytes }: { contentType: string; bytes: Buffer }): Promise<ImageRecord> => {
    const createdAt = new Date().toISOString();
    const id = randomBytes(12).toString('hex');
    return write({ record: describeImage({ id, contentType, createdAt, updatedAt: createdAt }, bytes), bytes });
  };

  // Reading and writing are one turn: otherwise an image that was removed between the two would rise again.
  const change = (id: string, wanted: ImageChange): Promise<boolean> =>
    withLock(id, async () => {
      const image = await readImage(folder, id);
      if (!image) return false;
      await write(changed(image, wanted));
      return true;
    });

  const remove = async (id: string): Promise<boolean> =>
    IMAGE_ID.test(id) && withLock(id, () => removeWhole(pathOf(folder, id)));

  return { add, change, remove };
}

async function readImage(folder: string, id: string): Promise<StoredImage | undefined> {
  if (!IMAGE_ID.test(id)) return undefined;
  const content = await unlessMissing(readFile(pathOf(folder, id)));
  return content && decodeImage(id, content);
}

function changed({ record, bytes }: StoredImage, { contentType = record.contentType, ...wanted }: ImageChange) {
  const { id, createdAt } = record;
  const kept = wanted.bytes ?? bytes;
  return {
    record: describeImage({ id, contentType, createdAt, updatedAt: new Date().toISOString() }, kept),
    bytes: kept,
  };
}

/** Only ever called with what IMAGE_ID accepts: an id is never a path. */
function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.image`);
}

function byAge(one: ImageRecord, other: ImageRecord): number {
  return one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id) ? -1 : 1;
}
