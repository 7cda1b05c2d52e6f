import type { ServerResponse } from 'node:http';

export interface UploadSlotLimits {
  /** Limit of all uploads together, from the first byte read to the end of the response. */
  maxTotalBytes: number;
  /** Limit of the uploads of one client. */
  maxPerClient: number;
  /** How long a client may take to send its body, at any rate, when another finds no room. */
  slowAfterMs: number;
  /** Average rate of a body that takes longer. */
  minBytesPerSecond: number;
}

export const defaultSlotLimits: UploadSlotLimits = {
  maxTotalBytes: 64 * 1024 * 1024,
  maxPerClient: 2,
  slowAfterMs: 20_000,
  // 1 Mbit/s: a phone's upload is not slow, and the largest ends within three and a half minutes.
  minBytesPerSecond: 128 * 1024,
};

export interface Upload {
  response: ServerResponse;
  client: string;
  /** Memory that its body takes. */
  sizeBytes: number;
  /** Ends the upload because its client is slow and others have no room. */
  giveUp: () => void;
}

/**
 * Counts an upload until its response has been sent. Returns undefined if there is no room for it, or else a function to
 * call when its body has arrived.
 */
export type EnterUpload = (upload: Upload) => (() => void) | undefined;

/**
 * Bounds the uploads that a server handles at once. Nobody waits: the bodies are long, and their clients are told when to
 * send them again.
 */
export function createUploadSlots(limits: UploadSlotLimits): EnterUpload {
  const { maxTotalBytes, maxPerClient, slowAfterMs, minBytesPerSecond } = limits;
  const uploads = new Map<Upload, { startedAt: number; bytesBefore: number; hasArrived: boolean }>();

  const totalBytes = () => [...uploads.keys()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const countOf = (client: string) => [...uploads.keys()].filter((upload) => upload.client === client).length;

  const giveUpSlow = () => {
    for (const [upload, { startedAt, bytesBefore, hasArrived }] of uploads) {
      const receivedBytes = bytesReadBy(upload) - bytesBefore;
      const allowedMs = slowAfterMs + (receivedBytes / minBytesPerSecond) * 1000;
      if (hasArrived || performance.now() <= startedAt + allowedMs) continue;
      uploads.delete(upload);
      upload.giveUp();
    }
  };

  return (upload) => {
    if (countOf(upload.client) >= maxPerClient) return undefined;
    const fits = () => totalBytes() + upload.sizeBytes <= maxTotalBytes;
    if (!fits()) giveUpSlow();
    if (!fits()) return undefined;
    const entry = { startedAt: performance.now(), bytesBefore: bytesReadBy(upload), hasArrived: false };
    uploads.set(upload, entry);
    upload.response.once('close', () => uploads.delete(upload));
    return () => {
      entry.hasArrived = true;
    };
  };
}

const bytesReadBy = ({ response }: Upload) => response.req.socket.bytesRead;
