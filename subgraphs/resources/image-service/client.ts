import { StartupError } from '../../../platform/process/startup-error.ts';
import { createImageBreaker } from './breaker.ts';
import { ImageServiceError } from './error.ts';
import { createPool, exchange, isDefiniteRefusal, isNeverSent, NotAttempted, type Pool } from './http.ts';
import { type Answer, readCreated, readHash, readIsThere, readList } from './responses.ts';
import { withRetries } from './retries.ts';

/** The image service's answer to a new image. */
export interface CreatedImage {
  id: string;
  /** Absolute http or https; stays the same when the image is replaced. */
  url: string;
}

export interface ImageUpload {
  base64: string;
  contentType: string;
}

/** On behalf of which request, and until when: no attempt is begun after `deadline`, and none lasts beyond it. */
export interface ImageCall {
  requestId: string;
  /** Milliseconds since 1970. */
  deadline: number;
}

/** An image as the service lists it. */
export interface ListedImage {
  id: string;
  url: string;
  contentType: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface ImageListing {
  images: ListedImage[];
  /** Whether these are all: false where something is listed that is not as the service's table says. */
  isWhole: boolean;
}

/** `MISSING`: there is no such image. `UNSETTLED`: an attempt before it got no answer, and may still land. */
export type Replaced = 'SETTLED' | 'UNSETTLED' | 'MISSING';

/** Of the bytes at a public URL: `sha256` in lower-case hex. */
export type PublicHash = { type: 'HASH'; sha256: string } | { type: 'TOO_LONG' };

/** The image service. All calls throw ImageServiceError where it is down, slow, or answers what it should not. */
export interface ImageClient {
  /** Stores an image. Tried again only where the attempt was surely never sent. */
  create(image: ImageUpload, call: ImageCall): Promise<CreatedImage>;
  /** Tried again within the deadline, as it is idempotent. */
  replace(id: string, image: ImageUpload, call: ImageCall): Promise<Replaced>;
  /** Also where there is none: what matters is that it is gone. One attempt only. */
  delete(id: string, call: ImageCall): Promise<void>;
  /** What the token's owner has stored; undefined where the service offers no listing. One attempt only. */
  list(call: ImageCall): Promise<ImageListing | undefined>;
  /** Of what anybody is given at the URL, past all caches; undefined where there is nothing. One attempt only. */
  publicHash(url: string, call: ImageCall & { maxBytes: number }): Promise<PublicHash | undefined>;
  /** Ends what is under way; nothing is attempted any more. */
  close(): void;
}

export interface ImageClientSettings {
  /** Up to and with `/images/api/v1`. */
  baseUrl: string;
  token: string;
  /** Of one attempt, from the call to the answer's last byte. */
  timeoutMs: number;
  /** Where public URLs are fetched: replaces their origin; their own where it is left out. */
  publicFetchOrigin?: string | undefined;
}

const maxAnswerBytes = 64 * 1024;
const maxListBytes = 32 * 1024 * 1024;
/** What one request's JSON may weigh, as the service's framework counts. */
const maxPayloadBytes = 512_000;

/** The longest image whose payload the service takes, in bytes before base64. */
export function maxImageBytes(): number {
  const aroundData = payload({ base64: '', contentType: 'image/jpeg' }).length;
  return Math.floor((maxPayloadBytes - aroundData) / 4) * 3;
}

/** Reads the image service's private token: what a header carries as it is, in one line. */
export function readImageServiceToken(text: string): string {
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  throw new StartupError('It is damaged: the token must be one line of ASCII. Restore it.');
}

/** A client whose uploads have connections of their own, so that nothing else waits behind them. */
export function createImageClient({ baseUrl, token, timeoutMs, publicFetchOrigin }: ImageClientSettings): ImageClient {
  const [uploads, others] = [createPool(), createPool()];
  const breaker = createImageBreaker();
  let isClosed = false;

  /** How long an attempt may last that begins now. */
  const timeFor = ({ deadline }: ImageCall): number => {
    const leftMs = isClosed ? 0 : Math.min(timeoutMs, Math.floor(deadline - Date.now()));
    if (leftMs > 0) return leftMs;
    throw new ImageServiceError('none', new NotAttempted('The image service is not asked: no time is left.'));
  };

  /** One attempt at the API, which the breaker counts. */
  const attempt = async <Read>(request: ApiRequest, call: ImageCall, read: (answer: Answer) => Read): Promise<Read> => {
    const { path, image, size = maxAnswerBytes, ...rest } = request;
    const headers = { 'x-api-private-token': token, 'x-request-id': call.requestId };
    const sent = {
      ...rest,
      url: `${baseUrl}/images${path}`,
      size,
      timeoutMs: timeFor(call),
      headers: image ? { ...headers, 'content-type': 'application/json' } : headers,
      ...(image && { body: payload(image) }),
    };
    return breaker.run(() => exchange(sent, async (response) => read({ response, text: await response.text() })));
  };

  return {
    async create(image, call) {
      const request = { method: 'POST', path: '', pool: uploads, image };
      const { result } = await withRetries(() => attempt(request, call, readCreated), {
        ...call,
        isWorthAnother: ({ cause }) => isNeverSent(cause),
      });
      return result;
    },
    async replace(id, image, call) {
      const request = { method: 'PUT', path: `/${id}`, pool: uploads, image };
      const { result: isThere, trouble } = await withRetries(() => attempt(request, call, readIsThere), {
        ...call,
        isWorthAnother: ({ cause }) => !isDefiniteRefusal(cause) && !(cause instanceof NotAttempted),
      });
      const isUnsettled = trouble?.effect === 'unknown';
      // An attempt may have been taken that is answered nowhere, whatever the last one says.
      if (!isThere && isUnsettled) throw trouble;
      if (!isThere) return 'MISSING';
      return isUnsettled ? 'UNSETTLED' : 'SETTLED';
    },
    async delete(id, call) {
      await attempt({ method: 'DELETE', path: `/${id}`, pool: others }, call, readIsThere);
    },
    list: (call) => attempt({ method: 'GET', path: '', pool: others, size: maxListBytes }, call, readList),
    async publicHash(url, { maxBytes, ...call }) {
      const headers = { 'cache-control': 'no-cache', pragma: 'no-cache', 'x-request-id': call.requestId };
      const request = { url: fetchedAt(url, publicFetchOrigin), pool: others, headers };
      return exchange({ ...request, timeoutMs: timeFor(call) }, (response) => readHash(response, maxBytes));
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
  pool: Pool;
  image?: ImageUpload;
  size?: number;
}

/** JSON in bytes, written once: base64 and the types of images hold nothing that JSON would escape. */
function payload({ base64, contentType }: ImageUpload): Buffer {
  return Buffer.from(`{"data":"${base64}","contentType":"${contentType}"}`, 'latin1');
}

/** Written together as text: a path that begins with two slashes would name another host to `new URL`. */
function fetchedAt(url: string, publicFetchOrigin: string | undefined): string {
  const { origin, pathname, search } = new URL(url);
  return `${publicFetchOrigin ? new URL(publicFetchOrigin).origin : origin}${pathname}${search}`;
}
