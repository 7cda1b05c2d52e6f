import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Answer } from './answers.ts';
import type { ImageRecord, StoredImage } from './image-record.ts';

/**
 * The answer that gives anybody an image's bytes: 200, or 304 where If-None-Match shows that they have them
 * (RFC 9110, section 13.1.2). If-Modified-Since is passed over: an image can change twice within its one second.
 */
export function publicAnswer({ record, bytes }: StoredImage, { 'if-none-match': known }: IncomingHttpHeaders): Answer {
  const tag = entityTag(record);
  const headers = { ...publicHeaders, ETag: tag, 'Last-Modified': new Date(record.updatedAt).toUTCString() };
  if (known !== undefined && isAmong(known, tag)) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': record.contentType, 'Content-Length': bytes.length },
    body: bytes,
  };
}

const publicHeaders: OutgoingHttpHeaders = {
  // The bytes at a URL can be replaced: a cache may keep them, but has to ask each time.
  'Cache-Control': 'no-cache',
  // Bytes that claim to be an image are never run as a page, nor taken for anything else.
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

// PATCH can change the type and leave the bytes: then, too, what a cache holds is out of date.
function entityTag({ sha256, contentType }: ImageRecord): string {
  return `"${sha256}-${contentType.replace('image/', '')}"`;
}

// The comparison is the weak one: W/"a" and "a" are the same.
function isAmong(ifNoneMatch: string, tag: string): boolean {
  return ifNoneMatch.trim() === '*' || (ifNoneMatch.match(/"[^"]*"/g)?.includes(tag) ?? false);
}
