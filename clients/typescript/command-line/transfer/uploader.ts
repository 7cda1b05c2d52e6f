import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ExistingNodesDocument } from '../../generated/operations.ts';
import { type ApiError, type Client, isApiError, type Resource } from '../../node.ts';
import type { Journal } from './journal.ts';
import { describeFileError, titleOf, type UploadFile } from './upload-files.ts';

/** The result for one file. */
export type Outcome = { outcome: 'uploaded'; resource: Resource } | { outcome: 'exists'; id: string } | Failure;

interface Failure {
  outcome: 'failed';
  code: string;
  message: string;
}

export interface Upload {
  client: Client;
  journal: Journal;
  files: readonly UploadFile[];
  /** The title of the file, instead of its name. */
  title: string | undefined;
  description: string | undefined;
  fit: boolean;
  keepMetadata: boolean;
  /** How many files are sent at once. */
  concurrency: number;
  /** After it is aborted, no more files are sent; those in flight are completed. */
  signal: AbortSignal;
  onStart: (file: UploadFile) => void;
  onOutcome: (file: UploadFile, outcome: Outcome) => void;
}

/** So many ids the API finds in one request. */
const batchSize = 100;

/**
 * Uploads the files that were not uploaded yet. The journal has those of earlier runs by content and title. Those that were
 * interrupted before they reached the journal are recognised by their idempotency key, for a day. Rejects when a failure
 * would affect all files.
 */
export async function uploadAll(upload: Upload): Promise<void> {
  const { files, concurrency, signal } = upload;
  const failed = new AbortController();
  /** The uploads of this run, by identity: of files with the same content and title, one is sent. */
  const uploads = new Map<string, Promise<Resource>>();
  for (let at = 0; at < files.length && !signal.aborted; at += batchSize) {
    const pending = await findPending(upload, files.slice(at, at + batchSize));
    const work = async () => {
      while (!signal.aborted) {
        const file = pending.shift();
        if (!file) return;
        upload.onStart(file);
        upload.onOutcome(file, await uploadOne(upload, file, { uploads, failed }));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  }
}

/** Reports the files that exist already, or can never be uploaded, and returns the others. */
async function findPending(upload: Upload, files: readonly UploadFile[]): Promise<UploadFile[]> {
  if (upload.journal.isEmpty) return [...files];
  const recorded = new Map<UploadFile, string>();
  const readable = [];
  for (const file of files) {
    if (upload.signal.aborted) return [];
    const content = await readOrFail(upload, file);
    if ('outcome' in content) {
      upload.onOutcome(file, content);
      continue;
    }
    const id = upload.journal.find(content.identity);
    if (id !== undefined) recorded.set(file, id);
    readable.push(file);
  }
  const existing = await findExisting(upload.client, [...recorded.values()]);
  return readable.filter((file) => {
    const id = recorded.get(file);
    if (id === undefined || !existing.has(id)) return true;
    upload.onOutcome(file, { outcome: 'exists', id });
    return false;
  });
}

async function findExisting(client: Client, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  try {
    const { nodes } = await client.execute(ExistingNodesDocument, { ids });
    return new Set(nodes?.flatMap((node) => (node ? [node.id] : [])));
  } catch (error) {
    // A token that may only write cannot ask: then the journal is believed.
    if (isApiError(error, 'FORBIDDEN')) return new Set(ids);
    throw error;
  }
}

interface Run {
  uploads: Map<string, Promise<Resource>>;
  failed: AbortController;
}

async function uploadOne(upload: Upload, file: UploadFile, { uploads, failed }: Run): Promise<Outcome> {
  const content = await readOrFail(upload, file);
  if ('outcome' in content) return content;
  try {
    const { identity } = content;
    const same = uploads.get(identity);
    if (same) return { outcome: 'exists', id: (await same).id };
    const created = create(upload, content, failed.signal);
    uploads.set(identity, created);
    const resource = await created;
    await upload.journal.add(identity, resource.id);
    return { outcome: 'uploaded', resource };
  } catch (error) {
    if (!failed.signal.aborted && isRejected(error)) return failureOf(error, upload);
    failed.abort(error);
    throw error;
  }
}

interface Content {
  bytes: Uint8Array;
  title: string;
  sha256: string;
  /** The hash of content and title. */
  identity: string;
}

async function readOrFail({ title: given }: Upload, { path }: UploadFile): Promise<Content | Failure> {
  try {
    const bytes = await readFile(path);
    const title = given ?? titleOf(path);
    const sha256 = hash(bytes);
    return { bytes, sha256, title, identity: hash(`${sha256} ${title}`) };
  } catch (error) {
    return { outcome: 'failed', code: 'UNREADABLE', message: describeFileError(error) };
  }
}

const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Creates a resource. NOT_FOUND means that the key's resource was deleted within a day: then it tries the next key. */
async function create(
  upload: Upload,
  { bytes: image, sha256, title }: Content,
  signal: AbortSignal,
): Promise<Resource> {
  const { client, description, fit, keepMetadata } = upload;
  const options = { ...(fit && { fit }), ...(keepMetadata && { keepMetadata }) };
  for (let attempt = 1; ; attempt += 1) {
    // A key belongs to one input: all of it is part of the key.
    const idempotencyKey = hash(JSON.stringify([sha256, title, description ?? null, fit, keepMetadata, attempt]));
    try {
      return await client.create({ title, description, image, ...options, idempotencyKey }, { signal });
    } catch (error) {
      if (!isApiError(error, 'NOT_FOUND')) throw error;
    }
  }
}

/** True for a failure that does not stop the other files. */
const isRejected = (error: unknown): error is ApiError =>
  isApiError(error, 'BAD_USER_INPUT', 'IMAGE_TOO_LARGE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_IMAGE');

function failureOf({ code, message }: ApiError, { fit }: Upload): Failure {
  let hint = '';
  if (!fit && /\bfit\b/.test(message)) hint = ' Here, that is the option --fit.';
  else if (!fit && code === 'IMAGE_TOO_LARGE') hint = ' Add --fit to have it made to fit.';
  return { outcome: 'failed', code, message: `${message}${hint}` };
}
