import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { raw } from 'body-parser';
import { isJsonTooDeep, maxNesting } from '../json.ts';
import { isJson } from './content-negotiation.ts';
import { createUploadAdmission, defaultUploadLimits, largeBodyBytes, type UploadLimits } from './upload-admission.ts';

/** An error response to a request that GraphQL does not execute. */
export interface HttpError {
  status: number;
  code: string;
  message: string;
  details?: Record<string, unknown>;
  headers?: Record<string, string>;
}

type Headers = Record<string, string>;

/** Sends text; `headers` must contain its content type. */
export function sendText(res: ServerResponse, status: number, text: string, headers: Headers): void {
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** Sends JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendText(res, status, JSON.stringify(body), { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

/** Sends an error in the form of a GraphQL response. */
export function sendError(
  res: ServerResponse,
  { status, code, message, details, headers: own }: HttpError,
  headers: Headers = {},
): void {
  sendJson(res, status, { errors: [{ message, extensions: { code, ...details } }] }, { ...headers, ...own });
}

type ReadResult = { body: unknown } | { error: HttpError };
type ReadJson = (req: IncomingMessage, res: ServerResponse, expected?: ExpectedBody) => Promise<ReadResult>;

export interface ExpectedBody {
  /** The limit of all bodies by default. */
  limit?: BodyLimit | undefined;
  /** Levels of arrays and objects; `maxNesting` by default. */
  maxDepth?: number | undefined;
  /** Returns the error of a body that is not acceptable, before it is parsed. */
  checkBody?: ((body: Buffer) => HttpError | undefined) | undefined;
}

/** Limit of one body, below the limit of all. */
export interface BodyLimit {
  /** After decompression. */
  maxBytes: number;
  /** Sent in place of PAYLOAD_TOO_LARGE, except for a body that declares to be over the limit of all. */
  error?: HttpError;
}

/**
 * Creates a reader of JSON bodies of at most `maxBytes` each, counted after decompression (gzip, deflate, br). A body
 * that declares to be larger is not read. Bodies over 64 kB wait until there is room for them.
 */
export function createJsonReader(maxBytes: number, limits: UploadLimits = defaultUploadLimits): ReadJson {
  // As bytes: body-parser would join text from chunks, and hold it twice.
  const createReadBytes = (limit: number) => raw({ limit, type: () => true });
  const readUpToMax = createReadBytes(maxBytes);
  const yieldToEventLoop = createYieldToEventLoop();
  const admitUpload = createUploadAdmission(limits);

  const read = async (
    req: IncomingMessage,
    res: ServerResponse,
    { limit, maxDepth, checkBody }: ExpectedBody & { limit: BodyLimit },
  ): Promise<{ result: ReadResult; sizeBytes: number }> => {
    const isDeclared = Number.isFinite(declaredBytes(req));
    const readBytes = isDeclared || limit.maxBytes === maxBytes ? readUpToMax : createReadBytes(limit.maxBytes);
    const error = await new Promise<unknown>((resolve) => {
      // body-parser would read the rest of a body that is too large before it reports the error.
      if (!isDeclared) onceOver(req, limit.maxBytes, () => resolve({ status: 413 }));
      readBytes(req, res, resolve);
    });
    if (error !== undefined) return { result: fail(res, explain(error, limit)), sizeBytes: 0 };
    const { body = noBytes } = req as { body?: Buffer };
    const unacceptable = checkBody?.(body);
    if (unacceptable) return { result: { error: unacceptable }, sizeBytes: body.length };
    // Large bodies are parsed in different iterations of the event loop, so that other requests run in between.
    if (body.length > largeBodyBytes) await yieldToEventLoop();
    return { result: parse(body, maxDepth), sizeBytes: body.length };
  };

  return async (req, res, { limit = { maxBytes }, ...expected } = {}) => {
    if (!isJson(req.headers['content-type'] ?? '')) return { error: unsupportedType };
    const declared = declaredBytes(req);
    if (Number.isFinite(declared) && declared > limit.maxBytes)
      return fail(res, tooLarge(declared > maxBytes ? { maxBytes } : limit));
    const atMost = Math.min(declared, limit.maxBytes);
    if (atMost <= largeBodyBytes) return (await read(req, res, { limit, ...expected })).result;
    const outcome = await admitUpload({
      response: res,
      maxBytes: atMost,
      read: () => read(req, res, { limit, ...expected }),
    });
    if (outcome === 'OVERLOADED') return { error: overloaded };
    return outcome === 'TOO_SLOW' ? fail(res, tooSlow) : outcome;
  };
}

/** Calls `callback` when more than `maxBytes` have arrived, before decompression. */
function onceOver(req: IncomingMessage, maxBytes: number, callback: () => void): void {
  let received = 0;
  req.on('data', ({ length }: Buffer) => {
    received += length;
    if (received > maxBytes) callback();
  });
}

/** Closes the connection after the error: the rest of the body would otherwise be read as the next request. */
function fail(res: ServerResponse, error: HttpError): ReadResult {
  res.shouldKeepAlive = false;
  return { error };
}

/** The size of a body after decompression; Infinity if it is not known before it is read. */
function declaredBytes({ headers }: IncomingMessage): number {
  const { 'content-length': length, 'content-encoding': encoding = 'identity' } = headers;
  return length === undefined || encoding.toLowerCase() !== 'identity' ? Number.POSITIVE_INFINITY : Number(length);
}

const overloaded: HttpError = {
  status: 503,
  code: 'SERVICE_UNAVAILABLE',
  message: 'Too many large requests are being handled: try again in a few seconds.',
};

const tooSlow: HttpError = {
  status: 408,
  code: 'SERVICE_UNAVAILABLE',
  message: 'The body arrived too slowly while other requests were waiting: try again in a few seconds.',
};

const noBytes = Buffer.alloc(0);
const byteOrderMark = '\ufeff';

function parse(bytes: Buffer, maxDepth = maxNesting): ReadResult {
  if (isJsonTooDeep(bytes, maxDepth)) return { error: nestedTooDeep(maxDepth) };
  if (!isUtf8(bytes)) return { error: notUtf8 };
  const json = bytes.toString();
  try {
    const body: unknown = JSON.parse(json.startsWith(byteOrderMark) ? json.slice(1) : json);
    if (typeof body !== 'object' || body === null) return { error: notAnObject };
    return { body };
  } catch {
    return { error: malformed };
  }
}

const unsupportedType: HttpError = {
  status: 415,
  code: 'BAD_REQUEST',
  message: 'Send the request as JSON in UTF-8, with the header: Content-Type: application/json.',
};

const malformed: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The body is not complete, well-formed JSON.',
};

const notUtf8: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The body has bytes that are no UTF-8 (RFC 8259, section 8.1).',
};

const notAnObject: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The body must be a JSON object, such as {"query":"{ me { id } }"}.',
};

const nestedTooDeep = (maxDepth: number): HttpError => ({
  status: 400,
  code: 'BAD_REQUEST',
  message: `The body is nested over ${maxDepth} levels deep: send one that is flatter.`,
});

function tooLarge({ maxBytes, error }: BodyLimit): HttpError {
  const message = `The request's body is over ${maxBytes} bytes.`;
  return error ?? { status: 413, code: 'PAYLOAD_TOO_LARGE', message, details: { maxBytes } };
}

function explain(error: unknown, limit: BodyLimit): HttpError {
  const { status } = error as { status?: number };
  if (status === 413) return tooLarge(limit);
  if (status === 415) {
    return {
      status,
      code: 'BAD_REQUEST',
      message: 'Send the body plain or compressed by gzip, deflate or br.',
    };
  }
  return malformed;
}

/**
 * Creates a function to await before heavy synchronous work. It resolves for one caller per iteration of the event loop,
 * so that other work runs between callers that are ready at the same moment.
 */
function createYieldToEventLoop(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const previous = last;
    last = previous.then(nextIteration);
    return previous;
  };
}

function nextIteration(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
