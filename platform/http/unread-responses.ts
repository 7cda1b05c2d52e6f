import type { ServerResponse } from 'node:http';
import { largeBodyBytes } from './responses.ts';

export interface ResponseLimits {
  /** Limit of all large responses together that have not been read to their end. */
  maxTotalBytes: number;
  /** How long a client may take to read its response while others have no room. */
  slowAfterMs: number;
}

const defaultResponseLimits: ResponseLimits = { maxTotalBytes: 128 * 1024 * 1024, slowAfterMs: 10_000 };

/** Counts a response that is about to be sent. Returns false if there is no room for it. */
export type AdmitResponse = (res: ServerResponse, text: string) => boolean;

interface Unread {
  sizeBytes: number;
  startedAt: number;
}

/**
 * Bounds the memory of responses that their clients read slowly, or not at all. If a further one has no room, slow clients
 * are disconnected, the slowest first. Responses of at most 64 kB always have room.
 */
export function createResponseAdmission({ maxTotalBytes, slowAfterMs } = defaultResponseLimits): AdmitResponse {
  // In the order of their start.
  const unread = new Map<ServerResponse, Unread>();
  let totalBytes = 0;

  const forget = (res: ServerResponse) => {
    totalBytes -= unread.get(res)?.sizeBytes ?? 0;
    unread.delete(res);
  };

  const disconnectSlow = (neededBytes: number) => {
    const startedBefore = performance.now() - slowAfterMs;
    for (const [res, { startedAt }] of unread) {
      if (totalBytes + neededBytes <= maxTotalBytes || startedAt > startedBefore) return;
      forget(res);
      res.destroy();
    }
  };

  return (res, text) => {
    if (text.length <= largeBodyBytes) return true;
    const sizeBytes = Buffer.byteLength(text);
    disconnectSlow(sizeBytes);
    if (totalBytes + sizeBytes > maxTotalBytes) return false;
    totalBytes += sizeBytes;
    unread.set(res, { sizeBytes, startedAt: performance.now() });
    res.once('close', () => forget(res));
    return true;
  };
}
