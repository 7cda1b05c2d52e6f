import { StartupError } from '../../../platform/process/startup-error.ts';
import {
  type ConnectionPool,
  createConnectionPool,
  exchange,
  ImageServiceError,
  isNeverSent,
  isPermanentRejection,
  NotAttemptedError,
} from './http.ts';
import { createBreaker, withRetries } from './resilience.ts';
import {
  type ApiResponse,
  type CreatedImage,
  type ImageListing,
  type PublicHash,
  readCreated,
  readExists,
  readHash,
  readList,
} from './responses.ts';

export type { CreatedImage, ListedImage } from './responses.ts';

export interface ImageUpload {
  base64: string;
  contentType: string;
}

/** The request that a call is made for, and its deadline: no attempt begins or lasts longer. */
export interface ImageCall {
  requestId: string;
  /** Milliseconds since 1970. */
  deadline: number;
}

/**
 * `MISSING`: there is no such image. `REPLACED_LATE_WRITE_POSSIBLE`: replaced, but an earlier attempt got no response and
 * may still take effect.
 */
export type ReplaceOutcome = 'REPLACED' | 'REPLACED_LATE_WRITE_POSSIBLE' | 'MISSING';

/** The image service. Every call throws ImageServiceError if the service is down, slow, or responds unexpectedly. */
export interface ImageClient {
  /** Stores an image. Retries only if the request was never sent. */
  create(image: ImageUpload, call: ImageCall): Promise<CreatedImage>;
  /** Replaces an image's bytes. Retries until the deadline, because it is idempotent. */
  replace(id: string, image: ImageUpload, call: ImageCall): Promise<ReplaceOutcome>;
  /** Deletes an image; succeeds if there is none. Does not retry. */
  delete(id: string, call: ImageCall): Promise<void>;
  /** Lists the images that were stored with this token. Undefined if the service offers no listing. Does not retry. */
  list(call: ImageCall): Promise<ImageListing | undefined>;
  /**
   * Hashes the bytes that the URL serves to anyone, bypassing caches. Undefined if there is no image. Does not retry.
   * `maxBytes` is by default the size of the largest image that the service takes.
   */
  publicHash(url: string, call: ImageCall & { maxBytes?: number }): Promise<PublicHash | undefined>;
  /** Ends calls in progress and rejects new ones. */
  close(): void;
}

export interface ImageClientSettings {
  /** Up to and including `/images/api/v1`. */
  baseUrl: string;
  token: string;
  /** Longest time of one attempt, from sending the request to the last byte of the response. */
  timeoutMs: number;
  /** Replaces the origin of public URLs when they are fetched; default: their own origin. */
  publicFetchOrigin?: string | undefined;
  /** Shortest delay before the first retry; default: 100. */
  retryDelayMs?: number;
}

const maxResponseBytes = 64 * 1024;
const maxListBytes = 32 * 1024 * 1024;
/** The service's limit for the JSON of one request. */
const maxPayloadBytes = 512_000;

/** Size of the largest image whose payload the service takes, in bytes before base64. */
export function maxImageBytes(): number {
  const longestType = 'image/jpeg';
  const forBase64 = maxPayloadBytes - payload({ base64: '', contentType: longestType }).length;
  return Math.floor(forBase64 / 4) * 3;
}

/** Validates the image service's private token: one line that an HTTP header can carry. */
export function readImageServiceToken(text: string): string {
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  throw new StartupError('It is damaged: the token must be one line of printable ASCII. Restore it.');
}

/** Creates a client whose uploads have their own connections, so that no other call waits for them. */
export function createImageClient(settings: ImageClientSettings): ImageClient {
  const { baseUrl, token, timeoutMs, publicFetchOrigin, retryDelayMs: delayMs = 100 } = settings;
  const [uploads, others] = [createConnectionPool(), createConnectionPool()];
  const breaker = createBreaker();
  let isClosed = false;

  /** Longest time of an attempt that begins now. */
  const timeoutFor = ({ deadline }: ImageCall): number => {
    const leftMs = isClosed ? 0 : Math.min(timeoutMs, Math.floor(deadline - Date.now()));
    if (leftMs > 0) return leftMs;
    const message = 'No request was sent to the image service: the deadline has passed or the client is closed.';
    throw new ImageServiceError('none', new NotAttemptedError(message));
  };

  /** Makes one attempt at the API, which the circuit breaker counts. */
  const attempt = async <Read>(request: ApiRequest, call: ImageCall, read: (response: ApiResponse) => Read) => {
    const { path, image, size = maxResponseBytes, ...rest } = request;
    const headers = { 'x-api-private-token': token, 'x-request-id': call.requestId };
    const sent = {
      ...rest,
      url: `${baseUrl}/images${path}`,
      size,
      timeoutMs: timeoutFor(call),
      headers: image ? { ...headers, 'content-type': 'application/json' } : headers,
      ...(image && { body: payload(image) }),
    };
    return breaker.run(() => exchange(sent, async (response) => read({ response, text: await response.text() })));
  };

  return {
    async create(image, call) {
      const request = { method: 'POST', path: '', pool: uploads, image };
      const { result } = await withRetries(() => attempt(request, call, readCreated), {
        ...{ deadline: call.deadline, delayMs },
        shouldRetry: ({ cause }) => isNeverSent(cause),
      });
      return result;
    },
    async replace(id, image, call) {
      const request = { method: 'PUT', path: `/${id}`, pool: uploads, image };
      const { result: exists, error } = await withRetries(() => attempt(request, call, readExists), {
        ...{ deadline: call.deadline, delayMs },
        shouldRetry: ({ cause }) => !isPermanentRejection(cause) && !(cause instanceof NotAttemptedError),
      });
      const isLateWritePossible = error?.effect === 'unknown';
      // An earlier attempt without a response may have taken effect, whatever the last one says.
      if (!exists && isLateWritePossible) throw error;
      if (!exists) return 'MISSING';
      return isLateWritePossible ? 'REPLACED_LATE_WRITE_POSSIBLE' : 'REPLACED';
    },
    async delete(id, call) {
      await attempt({ method: 'DELETE', path: `/${id}`, pool: others }, call, readExists);
    },
    list: (call) => attempt({ method: 'GET', path: '', pool: others, size: maxListBytes }, call, readList),
    async publicHash(url, { maxBytes = maxImageBytes(), ...call }) {
      const headers = { 'cache-control': 'no-cache', pragma: 'no-cache', 'x-request-id': call.requestId };
      const request = { url: fetchUrl(url, publicFetchOrigin), pool: others, headers, timeoutMs: timeoutFor(call) };
      return exchange(request, (response) => readHash(response, maxBytes));
    },
    close() {
      isClosed = true;
      uploads.close();
      others.close();
    },
  };
}

interface ApiRequest {
  method: string;
  path: string;
  pool: ConnectionPool;
  image?: ImageUpload;
  /** Longest response, in bytes. */
  size?: number;
}

/** Writes the JSON as bytes directly: neither base64 nor a content type has characters that JSON escapes. */
function payload({ base64, contentType }: ImageUpload): Buffer {
  return Buffer.from(`{"data":"${base64}","contentType":"${contentType}"}`, 'latin1');
}

/** Concatenates origin and path, because `new URL` would read a path that begins with two slashes as a host. */
function fetchUrl(url: string, publicFetchOrigin: string | undefined): string {
  const { origin, pathname, search } = new URL(url);
  return `${publicFetchOrigin ? new URL(publicFetchOrigin).origin : origin}${pathname}${search}`;
}
