import { LRUCache } from 'lru-cache';

/** What is known of the documents that came last, bounded in their number and in the length of their texts together. */
export interface DocumentCache<Known extends object> {
  get(key: string): Known | undefined;
  /** `text` is the document's, whatever the key. */
  set(key: string, known: Known, text: string): void;
  clear(): void;
}

const maxDocuments = 1_000;
/** In UTF-16 units. */
const maxLength = 4 * 1024 * 1024;

/** A cache that is empty. */
export function createDocumentCache<Known extends object>(): DocumentCache<Known> {
  const cache = new LRUCache<string, Known>({ max: maxDocuments, maxSize: maxLength });
  return {
    get: (key) => cache.get(key),
    set: (key, known, { length }) => void cache.set(key, known, { size: Math.max(1, length) }),
    clear: () => cache.clear(),
  };
}

/** The same for the same operation of the same document, which may hold several. */
export function operationKey({
  queryHash,
  request,
}: {
  queryHash: string;
  request: { operationName?: string };
}): string {
  return request.operationName ? `${queryHash}:${request.operationName}` : queryHash;
}
