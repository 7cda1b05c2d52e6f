import type { ServerResponse } from 'node:http';
import { ApiError } from '../../api-error.ts';
import { createBoundedQueue } from '../../async/bounded-queue.ts';
import { largeBodyBytes } from '../responses.ts';

export interface UploadLimits {
  /** Limit of all large bodies together, from the first byte read to the end of the response. */
  maxTotalBytes: number;
  /** Limit of the requests that wait, their bodies unread in the sockets. */
  maxQueued: number;
  /** How long a client may take to send its body while others wait. */
  slowAfterMs: number;
}

export const defaultUploadLimits: UploadLimits = {
  maxTotalBytes: 16 * 1024 * 1024,
  maxQueued: 256,
  slowAfterMs: 10_000,
};

export interface Upload<Result> {
  response: ServerResponse;
  /** Upper limit of the body's size. */
  maxBytes: number;
  /** Reads the body; tells how many bytes it had. */
  read: () => Promise<{ result: Result; sizeBytes: number }>;
}

/** Reads a body when there is room for it. Does not read it if too many wait, and gives up on slow clients. */
export type AdmitUpload = <Result>(upload: Upload<Result>) => Promise<Result | 'OVERLOADED' | 'TOO_SLOW'>;

/**
 * Bounds the memory of the uploads that a server handles at once. Further ones wait, alternating between clients (by
 * remote address). Slow clients are rejected while others wait: a few of them could otherwise take all the room.
 */
export function createUploadAdmission({ maxTotalBytes, maxQueued, slowAfterMs }: UploadLimits): AdmitUpload {
  const enqueue = createBoundedQueue({ concurrency: maxTotalBytes, maxQueued });
  const reads = new Set<{ startedAt: number; giveUp: () => void }>();
  let queued = 0;
  let isWatching = false;

  const giveUpSlowReads = () => {
    isWatching = queued > 0;
    if (!isWatching) return;
    const startedBefore = performance.now() - slowAfterMs;
    for (const read of reads) if (read.startedAt <= startedBefore) read.giveUp();
    setTimeout(giveUpSlowReads, slowAfterMs / 10).unref();
  };

  const readUnlessSlow = async <Result>(read: Upload<Result>['read']) => {
    let giveUp = () => {};
    const slow = new Promise<'TOO_SLOW'>((resolve) => {
      giveUp = () => resolve('TOO_SLOW');
    });
    const entry = { startedAt: performance.now(), giveUp };
    reads.add(entry);
    try {
      return await Promise.race([read(), slow]);
    } finally {
      reads.delete(entry);
    }
  };

  const admit = <Result>({ response, maxBytes, read }: Upload<Result>) =>
    new Promise<Result | 'TOO_SLOW'>((resolve, reject) => {
      const closed = new Promise<void>((onClose) => {
        if (response.closed) onClose();
        else response.once('close', onClose);
      });
      let isQueued = true;
      const leaveQueue = () => {
        if (isQueued) queued -= 1;
        isQueued = false;
      };
      const work = async () => {
        leaveQueue();
        const outcome = await readUnlessSlow(read);
        resolve(outcome === 'TOO_SLOW' ? outcome : outcome.result);
        // Values parsed from a large body are in use until the response has been sent.
        if (outcome === 'TOO_SLOW' || outcome.sizeBytes > largeBodyBytes) await closed;
      };
      queued += 1;
      if (!isWatching) giveUpSlowReads();
      enqueue(work, { client: response.req.socket.remoteAddress, weight: maxBytes }).catch(reject).finally(leaveQueue);
    });

  return (upload) =>
    admit(upload).catch((error: unknown) => {
      if (error instanceof ApiError) return 'OVERLOADED';
      throw error;
    });
}
