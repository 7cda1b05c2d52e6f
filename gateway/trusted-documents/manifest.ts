import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { z } from 'zod';
import { StartupError } from '../../platform/process/startup-error.ts';

/** The documents of manifests: those that the operator's own clients send. */
export interface TrustedDocuments {
  /** Returns the text of a document by its id in its manifest, or by the lower-case hex SHA-256 of its text. */
  get(id: string): string | undefined;
  /** Tells whether a document has this text, to the letter. */
  has(text: string): boolean;
}

/** The documents of this project's own client, explorer and examples. */
export const ownManifest = fileURLToPath(new URL('../../trusted-documents.json', import.meta.url));

const format = 'apollo-persisted-query-manifest';

const manifest = z.union([
  z.object({
    format: z.literal(format),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
  }),
  z.record(z.string().min(1), z.string()),
]);

/** A document with its id. */
type Entry = readonly [id: string, text: string];

/**
 * Reads a manifest: Apollo's persisted query manifest, or an object of texts by id, as graphql-codegen's client preset
 * writes it. Throws a StartupError unless each text is a document.
 */
export function readManifest(file: string): Entry[] {
  try {
    const content = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
    if (!content) throw new Error(`it is neither an ${format} of version 1 nor an object of documents by their id`);
    const entries = isApolloManifest(content)
      ? content.operations.map(({ id, body }) => [id, body] as const)
      : Object.entries(content);
    for (const [id, text] of entries) requireDocument(id, text);
    return entries;
  } catch (error) {
    throw new StartupError(`${file}: ${(error as Error).message}.`, { cause: error });
  }
}

/** Joins manifests. Throws a StartupError if an id has two documents. */
export function joinManifests(...manifests: readonly Entry[][]): TrustedDocuments {
  const byId = new Map<string, string>();
  for (const [id, text] of manifests.flat()) {
    for (const key of [id, sha256(text)]) {
      const other = byId.get(key);
      if (other !== undefined && other !== text) throw new StartupError(`Two trusted documents have the id ${key}.`);
      byId.set(key, text);
    }
  }
  const texts = new Set(byId.values());
  return { get: (id) => byId.get(id), has: (text) => texts.has(text) };
}

/** Makes an entry of a document without a manifest. */
export const entryOf = (text: string): Entry => [sha256(text), text];

const isApolloManifest = (
  content: z.output<typeof manifest>,
): content is Extract<z.output<typeof manifest>, { operations: unknown[] }> => Array.isArray(content.operations);

function requireDocument(id: string, text: string): void {
  try {
    parse(text);
  } catch (error) {
    throw new Error(`the document ${id} cannot be parsed (${(error as Error).message})`);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
