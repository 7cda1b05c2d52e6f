import type { PersistedQueryOptions } from '@apollo/server';
import { Lexer, Source, TokenKind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { isCacheableText } from './prepared-operations.ts';

const maxCacheBytes = 4 * 1024 * 1024;
/** An entry of the cache with its key. */
const entryBytes = 500;

/**
 * Creates the cache of automatic persisted queries (APQ): valid documents by the SHA-256 of their text. It keeps what
 * can be prepared for reuse. A client that sends the hash of a longer document is told PERSISTED_QUERY_NOT_FOUND, and
 * sends the text again.
 */
export function createPersistedQueryCache(maxBytes = maxCacheBytes): NonNullable<PersistedQueryOptions['cache']> {
  const cache = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (query) => entryBytes + 2 * query.length,
  });
  return {
    get: async (key) => cache.get(key),
    set: async (key, query) => {
      if (isCacheableText(query, firstToken(query))) cache.set(key, query);
    },
    delete: async (key) => cache.delete(key),
  };
}

/** Splits a valid document into tokens, which are linked, and returns the first. */
function firstToken(query: string) {
  const lexer = new Lexer(new Source(query));
  const first = lexer.token;
  while (lexer.token.kind !== TokenKind.EOF) lexer.advance();
  return first;
}
