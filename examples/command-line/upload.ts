import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Client, isApiError, type Resource } from '../../clients/typescript/node.ts';

/** The result for one file. */
export type Outcome = 'uploaded' | 'already there' | { failure: string };

export interface Upload {
  client: Client;
  files: readonly string[];
  signal: AbortSignal;
  onOutcome: (file: string, outcome: Outcome) => void;
}

const concurrency = 3;

/** The API's limit for one image. Larger files are not sent, although a few would fit without their metadata. */
const maxBytes = 383_970;

/**
 * Uploads the files that are not there yet, each titled with its name and described by its SHA-256, which the stored image
 * may not have: it has no metadata. Finished uploads of an earlier run are recognised by both; interrupted ones by an
 * idempotency key derived from both. So nothing is uploaded twice, and no state is stored here. Rejects when a failure
 * would affect all files.
 */
export async function uploadAll({ client, files, signal, onOutcome }: Upload): Promise<void> {
  const identities = new Set<string>();
  for await (const resource of client.all({ pageSize: 100 }, { signal })) {
    identities.add(`${fileHashOf(resource)} ${resource.title}`);
  }

  const uploadOne = async (file: string, options: { signal: AbortSignal }): Promise<Outcome> => {
    const title = basename(file).trim();
    const image = await read(file, options);
    const hash = createHash('sha256').update(image).digest('hex');
    const identity = `${hash} ${title}`;
    if (identities.has(identity)) return 'already there';
    identities.add(identity);
    await create(client, { title, description: `${hashLabel}${hash}`, image, identity }, options);
    return 'uploaded';
  };

  const pending = [...files];
  const failed = new AbortController();
  const options = { signal: AbortSignal.any([signal, failed.signal]) };
  const work = async () => {
    for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
      try {
        onOutcome(file, await uploadOne(file, options));
      } catch (error) {
        const failure = options.signal.aborted ? undefined : fileFailure(error);
        if (failure === undefined) {
          failed.abort(error);
          throw error;
        }
        onOutcome(file, { failure });
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

const hashLabel = 'SHA-256 of the file: ';

/** The hash of the file that was uploaded; without a description, that of the image. */
function fileHashOf({ description, image }: Resource): string {
  return description?.startsWith(hashLabel) ? description.slice(hashLabel.length) : image.sha256;
}

/** A problem of the file itself. */
class FileError extends Error {}

/** Reads a file, unless it is too large: it might not even fit into memory. */
async function read(file: string, options: { signal: AbortSignal }): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size > maxBytes) throw new FileError(`The file has ${size} bytes; the limit is ${maxBytes}.`);
  return readFile(file, options);
}

interface Picture {
  title: string;
  description: string;
  image: Uint8Array;
  /** SHA-256 and title. */
  identity: string;
}

/** Creates a resource. NOT_FOUND means that the key's resource was deleted within a day: then it tries the next key. */
async function create(client: Client, { identity, ...picture }: Picture, options: { signal: AbortSignal }) {
  for (let attempt = 1; ; attempt += 1) {
    const idempotencyKey = createHash('sha256').update(`${identity} ${attempt}`).digest('hex');
    try {
      return await client.create({ ...picture, idempotencyKey }, options);
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND')) throw error;
    }
  }
}

/** The message for a failure of one file, which does not stop the others; undefined for all other errors. */
function fileFailure(error: unknown): string | undefined {
  const isRejected = isApiError(error, 'BAD_USER_INPUT', 'IMAGE_TOO_LARGE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_IMAGE');
  const isUnreadable = error instanceof FileError || (error instanceof Error && 'syscall' in error);
  return isRejected || isUnreadable ? error.message : undefined;
}
