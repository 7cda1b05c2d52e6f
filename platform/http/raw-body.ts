import type { IncomingMessage } from 'node:http';

/** The bytes of a body, or the HTTP status for its error; 400 if the client disconnected. */
export type RawBody = { bytes: Buffer } | { status: 400 | 413 | 415 };

/**
 * Reads an uncompressed body of at most `maxBytes`, of any type. Stops reading a body as soon as it is too large: the
 * response should close the connection.
 */
export async function readRawBody(req: IncomingMessage, maxBytes: number): Promise<RawBody> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = req.headers;
  if (encoding !== 'identity') return { status: 415 };
  if (Number(length) > maxBytes) return { status: 413 };
  // No event would be emitted any more.
  if (req.destroyed) return { status: 400 };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const append = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      req.off('data', append).pause();
      resolve({ status: 413 });
    };
    const fail = () => resolve({ status: 400 });
    req.on('data', append);
    req.once('end', () => resolve({ bytes: Buffer.concat(chunks) }));
    req.once('error', fail);
    req.once('close', fail);
  });
}
