import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpError, largeBodyBytes } from '../responses.ts';
import { type BodyLimit, closeAfter, errorOver, noRoom, overloaded, tooLarge, tooSlow } from './body-errors.ts';
import { createUploadAdmission, defaultUploadLimits, type UploadLimits } from './upload-admission.ts';
import { createUploadSlots, defaultSlotLimits, type UploadSlotLimits } from './upload-slots.ts';

/** Limits of the uploads of one content type. */
export interface UploadType {
  maxBytes: number;
  /** Bytes of memory that each byte takes. */
  expansion: number;
}

/** A body that has not been read. */
export interface UnreadBody {
  req: IncomingMessage;
  res: ServerResponse;
  limit: BodyLimit;
  /** None by default: no body may be over its limit. */
  upload?: UploadType | undefined;
}

/** Counts bytes that have arrived; returns the error if they are too many. */
export type CountBytes = (length: number) => HttpError | undefined;

export type ReadResult<Value> = { body: Value } | { error: HttpError };

/** Reads a body; tells how many bytes it had. */
export type ReadBody<Value> = (count: CountBytes) => Promise<{ result: ReadResult<Value>; sizeBytes: number }>;

/** Reads a body when there is room for it. After an error before its end, the connection closes. */
export type AdmitBody = <Value>(body: UnreadBody, read: ReadBody<Value>) => Promise<ReadResult<Value>>;

export interface AdmissionLimits {
  /** For bodies within their limit. */
  queue?: UploadLimits;
  /** For uploads. */
  slots?: UploadSlotLimits;
}

/**
 * Bounds the memory of all bodies that a server handles at once. A body that declares to be too large is not read, nor is the
 * rest of one that turns out to be. Bodies over 64 kB wait until there is room for them; uploads are rejected if there is
 * none. A body of unknown size becomes an upload when it is over the limit of others.
 */
export function createBodyAdmission({
  queue = defaultUploadLimits,
  slots = defaultSlotLimits,
}: AdmissionLimits = {}): AdmitBody {
  const admitQueued = createUploadAdmission(queue);
  const enterUpload = createUploadSlots(slots);

  const startUpload = ({ res, limit, upload }: UnreadBody) => {
    let hasArrived: (() => void) | undefined;
    let giveUp = () => {};
    const slow = new Promise<'TOO_SLOW'>((resolve) => {
      giveUp = () => resolve('TOO_SLOW');
    });
    return {
      enter: (bytes: number): HttpError | undefined => {
        const client = limit.uploader?.() ?? '';
        hasArrived = enterUpload({ response: res, client, sizeBytes: bytes * (upload?.expansion ?? 1), giveUp });
        return hasArrived ? undefined : noRoom;
      },
      untilSlow: async <Value>(reading: ReturnType<ReadBody<Value>>) => {
        const outcome = await Promise.race([reading, slow]);
        hasArrived?.();
        return outcome === 'TOO_SLOW' ? { result: { error: tooSlow }, sizeBytes: 0 } : outcome;
      },
    };
  };

  const readWithin = async <Value>(body: UnreadBody, read: ReadBody<Value>): Promise<ReadResult<Value>> => {
    const { req, res, limit, upload } = body;
    const declared = declaredBytes(req);
    if (declared <= Math.min(limit.maxBytes, largeBodyBytes)) return (await read(countNothing)).result;

    const largest = mayUpload(body) ? body.upload.maxBytes : limit.maxBytes;
    if (declared > largest && Number.isFinite(declared)) {
      const isOverAll = declared > (upload?.maxBytes ?? limit.maxBytes);
      return { error: isOverAll ? tooLarge({ ...limit, maxBytes: largest }) : errorOver(limit) };
    }
    const { enter, untilSlow } = startUpload(body);
    if (declared > limit.maxBytes && Number.isFinite(declared)) {
      const error = enter(declared);
      return error ? { error } : (await untilSlow(read(countNothing))).result;
    }

    let received = 0;
    let allowed = limit.maxBytes;
    const count = (length: number): HttpError | undefined => {
      received += length;
      if (received <= allowed) return undefined;
      if (received > largest)
        return largest > limit.maxBytes ? tooLarge({ ...limit, maxBytes: largest }) : errorOver(limit);
      allowed = largest;
      return enter(largest);
    };
    const queued = { response: res, maxBytes: Math.min(declared, limit.maxBytes), read: () => untilSlow(read(count)) };
    const outcome = await admitQueued(queued);
    if (outcome === 'OVERLOADED') return { error: overloaded };
    return outcome === 'TOO_SLOW' ? { error: tooSlow } : outcome;
  };

  return async (body, read) => {
    const result = await readWithin(body, read);
    return 'error' in result && !body.req.readableEnded ? closeAfter(body.res, result.error) : result;
  };
}

/** The size that was declared is the size that arrives: Node ends a body there. */
const countNothing: CountBytes = () => undefined;

const mayUpload = (body: UnreadBody): body is UnreadBody & { upload: UploadType } =>
  body.upload !== undefined &&
  body.limit.uploader !== undefined &&
  body.upload.maxBytes > body.limit.maxBytes &&
  !isCompressed(body.req);

/** The size of a body after decompression; Infinity if it is not known before it is read. */
export function declaredBytes(req: IncomingMessage): number {
  const length = req.headers['content-length'];
  return length === undefined || isCompressed(req) ? Number.POSITIVE_INFINITY : Number(length);
}

export const isCompressed = ({ headers }: IncomingMessage) =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';
