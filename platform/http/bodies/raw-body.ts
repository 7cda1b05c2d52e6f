import type { IncomingMessage } from 'node:http';

/**
 * Passes a body to `receive` as it arrives, in pieces. Stops when `receive` returns something, and resolves to that: the
 * response should close the connection. Resolves to undefined at the end of the body, and to CUT_OFF if it has none.
 */
export function receiveBody<Stop>(
  req: IncomingMessage,
  receive: (chunk: Buffer) => Stop | undefined,
): Promise<Stop | 'CUT_OFF' | undefined> {
  return new Promise((resolve) => {
    // No event would be emitted any more.
    if (req.destroyed) return resolve('CUT_OFF');
    let isStopped = false;
    req.on('data', (chunk: Buffer) => {
      const stop = isStopped ? undefined : receive(chunk);
      if (stop === undefined) return;
      isStopped = true;
      req.pause();
      resolve(stop);
    });
    req.once('end', () => resolve(undefined));
    req.once('error', () => resolve('CUT_OFF'));
    req.once('close', () => resolve('CUT_OFF'));
  });
}

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
  const chunks: Buffer[] = [];
  let size = 0;
  const stopped = await receiveBody(req, (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    return size > maxBytes ? 'TOO_LARGE' : undefined;
  });
  if (stopped !== undefined) return { status: stopped === 'TOO_LARGE' ? 413 : 400 };
  return { bytes: Buffer.concat(chunks) };
}
