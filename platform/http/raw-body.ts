import type { IncomingMessage } from 'node:http';

/** A body as it came, or the HTTP status that refuses it; 400 where the client went away. */
export type RawBody = { bytes: Buffer } | { status: 400 | 413 | 415 };

/**
 * Reads a body of at most `maxBytes` bytes, of any type and not compressed. What is too large is refused as soon as that
 * is seen, and not read to its end: the answer should close the connection.
 */
export async function readRawBody(req: IncomingMessage, maxBytes: number): Promise<RawBody> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = req.headers;
  if (encoding !== 'identity') return { status: 415 };
  if (Number(length) > maxBytes) return { status: 413 };
  // Nothing more would be heard of it.
  if (req.destroyed) return { status: 400 };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      req.off('data', keep).pause();
      resolve({ status: 413 });
    };
    const giveUp = () => resolve({ status: 400 });
    req.on('data', keep);
    req.once('end', () => resolve({ bytes: Buffer.concat(chunks) }));
    req.once('error', giveUp);
    req.once('close', giveUp);
  });
}
