import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ImageRecord, StoredImage } from './image-record.ts';
import type { Reply } from './responses.ts';

/**
 * Creates the public response of an image: 200 with its bytes, or 304 if If-None-Match has its tag (RFC 9110, section
 * 13.1.2). Ignores If-Modified-Since, because an image can change twice within one second.
 */
export function publicReply(
  { record, bytes }: StoredImage,
  { 'if-none-match': ifNoneMatch }: IncomingHttpHeaders,
): Reply {
  const tag = entityTag(record);
  const headers = { ...publicHeaders, ETag: tag, 'Last-Modified': new Date(record.updatedAt).toUTCString() };
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, tag)) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': record.contentType, 'Content-Length': bytes.length },
    body: bytes,
  };
}

const publicHeaders: OutgoingHttpHeaders = {
  // Caches may store the bytes, but must revalidate: an image can be replaced.
  'Cache-Control': 'no-cache',
  // Browsers must not run the bytes as a page or guess another type.
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

// Contains the type, because PATCH can change the type alone.
function entityTag({ sha256, contentType }: ImageRecord): string {
  return `"${sha256}-${contentType.replace('image/', '')}"`;
}

// Weak comparison: W/"a" matches "a" (RFC 9110, section 8.8.3.2).
function matches(ifNoneMatch: string, tag: string): boolean {
  return ifNoneMatch.trim() === '*' || (ifNoneMatch.match(/"[^"]*"/g)?.includes(tag) ?? false);
}
