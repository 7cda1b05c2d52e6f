import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Client, isApiError } from '../../clients/typescript/node.ts';

/** What came of a file: a failure says why. */
export type Outcome = 'uploaded' | 'there already' | { failure: string };

export interface Upload {
  client: Client;
  files: readonly string[];
  signal: AbortSignal;
  onOutcome: (file: string, outcome: Outcome) => void;
}

const atOnce = 3;

/** What the API takes of one image; it refuses more as IMAGE_TOO_LARGE. */
const maxBytes = 383_970;

/**
 * Uploads files that are not there yet, each under its name. What was there before an interruption is found by title and
 * bytes; what was under way, by an idempotency key that both make, so that nothing is uploaded twice and nothing need be
 * remembered here. Rejects where it is no use to go on.
 */
export async function uploadAll({ client, files, signal, onOutcome }: Upload): Promise<void> {
  const there = new Set<string>();
  for await (const { title, image } of client.all({ pageSize: 100 }, { signal })) there.add(`${image.sha256} ${title}`);

  const uploadOne = async (file: string, options: { signal: AbortSignal }): Promise<Outcome> => {
    const title = basename(file).trim();
    const image = await read(file, options);
    const identity = `${createHash('sha256').update(image).digest('hex')} ${title}`;
    if (there.has(identity)) return 'there already';
    there.add(identity);
    await create(client, { title, image, identity }, options);
    return 'uploaded';
  };

  const rest = [...files];
  const failed = new AbortController();
  const options = { signal: AbortSignal.any([signal, failed.signal]) };
  const work = async () => {
    for (let file = rest.shift(); file !== undefined; file = rest.shift()) {
      try {
        onOutcome(file, await uploadOne(file, options));
      } catch (error) {
        const failure = options.signal.aborted ? undefined : ofFile(error);
        if (failure === undefined) {
          failed.abort(error);
          throw error;
        }
        onOutcome(file, { failure });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Something about a file itself. */
class FileError extends Error {}

/** A file's bytes, unless there are too many: those might not even fit into memory. */
async function read(file: string, options: { signal: AbortSignal }): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size > maxBytes) throw new FileError(`It has ${size} bytes; an image may have ${maxBytes} at most.`);
  return readFile(file, options);
}

interface Picture {
  title: string;
  image: Uint8Array;
  /** What tells it from all others. */
  identity: string;
}

/** The server remembers keys for a day, also of what has been deleted since: then the next key is tried. */
async function create(client: Client, { title, image, identity }: Picture, options: { signal: AbortSignal }) {
  for (let time = 1; ; time += 1) {
    const idempotencyKey = createHash('sha256').update(`${identity} ${time}`).digest('hex');
    try {
      return await client.create({ title, image, idempotencyKey }, options);
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND')) throw error;
    }
  }
}

/** What is wrong with one file, where others may do better. */
function ofFile(error: unknown): string | undefined {
  const isItsFault = isApiError(error, 'BAD_USER_INPUT', 'IMAGE_TOO_LARGE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_IMAGE');
  const isUnreadable = error instanceof FileError || (error instanceof Error && 'syscall' in error);
  return isItsFault || isUnreadable ? error.message : undefined;
}
