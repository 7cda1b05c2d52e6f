import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { raw } from 'body-parser';
import { createYieldToEventLoop } from '../../async/yield-to-event-loop.ts';
import { isJsonTooDeep, isStructureOver, maxNesting } from '../../json.ts';
import { isJson } from '../content-negotiation.ts';
import { type HttpError, largeBodyBytes } from '../responses.ts';
import {
  type AdmitBody,
  type CountBytes,
  createBodyAdmission,
  declaredBytes,
  isCompressed,
  type ReadResult,
  type UnreadBody,
} from './body-admission.ts';
import { errorOver, tooLarge } from './body-errors.ts';
import { receiveBody } from './raw-body.ts';

export interface ExpectedBody extends UnreadBody {
  /** Levels of arrays and objects; `maxNesting` by default. */
  maxDepth?: number | undefined;
  /** Returns the error of a body that is not acceptable, before it is parsed. */
  checkBody?: ((body: Buffer) => HttpError | undefined) | undefined;
}

type ReadBytes = { bytes: Buffer } | { error: HttpError };
type ReadJson = (body: ExpectedBody) => Promise<ReadResult<object>>;

/**
 * Creates a reader of JSON bodies. Their limits count after decompression (gzip, deflate, br). What is no string in an upload
 * is within the limit of other bodies: parsing takes as long and as much memory as for those.
 */
export function createJsonReader(admit: AdmitBody = createBodyAdmission()): ReadJson {
  const yieldToEventLoop = createYieldToEventLoop();

  const read = async (expected: ExpectedBody, count: CountBytes) => {
    const received = await (isCompressed(expected.req) ? decompress(expected) : receive(expected.req, count));
    if ('error' in received) return { result: received, sizeBytes: 0 };
    const { bytes } = received;
    const { checkBody, limit, maxDepth = maxNesting } = expected;
    const sizeBytes = bytes.length;
    const unacceptable = checkBody?.(bytes);
    if (unacceptable) return { result: { error: unacceptable }, sizeBytes };
    // Large bodies are parsed in different iterations of the event loop, so that other requests run in between.
    if (sizeBytes > largeBodyBytes) await yieldToEventLoop();
    if (isJsonTooDeep(bytes, maxDepth)) return { result: { error: nestedTooDeep(maxDepth) }, sizeBytes };
    if (sizeBytes > limit.maxBytes && isStructureOver(bytes, limit.maxBytes))
      return { result: { error: structureTooLarge(limit.maxBytes) }, sizeBytes };
    if (!isUtf8(bytes)) return { result: { error: notUtf8 }, sizeBytes };
    const json = bytes.toString();
    if (sizeBytes > limit.maxBytes) await yieldToEventLoop();
    return { result: parse(json), sizeBytes };
  };

  return (expected) =>
    isJson(expected.req.headers['content-type'] ?? '')
      ? admit(expected, (count) => read(expected, count))
      : Promise.resolve({ error: unsupportedType });
}

/** Reads an uncompressed body. */
async function receive(req: IncomingMessage, count: CountBytes): Promise<ReadBytes> {
  const declared = declaredBytes(req);
  // Joining the chunks of a large body would hold it twice.
  const target = declared > largeBodyBytes && Number.isFinite(declared) ? Buffer.allocUnsafeSlow(declared) : undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  const stopped = await receiveBody(req, (chunk) => {
    const error = count(chunk.length);
    if (error) return error;
    if (target) chunk.copy(target, size);
    else if (chunks.push(chunk) > maxChunks) return tooManyChunks;
    size += chunk.length;
    return undefined;
  });
  if (stopped !== undefined) return { error: stopped === 'CUT_OFF' ? malformed : stopped };
  const [first] = chunks;
  return { bytes: target ?? (first && chunks.length === 1 ? first : Buffer.concat(chunks)) };
}

/** Reads a compressed body. As bytes: body-parser would join text from chunks, and hold it twice. */
async function decompress({ req, res, limit }: ExpectedBody): Promise<ReadBytes> {
  const readBytes = raw({ limit: limit.maxBytes, type: () => true });
  const error = await new Promise<unknown>((resolve) => {
    // body-parser would read the rest of a body that is too large before it reports the error.
    onceOver(req, limit.maxBytes, () => resolve({ status: 413 }));
    readBytes(req, res, resolve);
  });
  if (error === undefined) return { bytes: (req as { body?: Buffer }).body ?? noBytes };
  const { status } = error as { status?: number };
  if (status === 413) return { error: errorOver(limit) };
  return { error: status === 415 ? unknownEncoding : malformed };
}

/** Calls `callback` when more than `maxBytes` have arrived, before decompression. */
function onceOver(req: IncomingMessage, maxBytes: number, callback: () => void): void {
  let received = 0;
  req.on('data', ({ length }: Buffer) => {
    received += length;
    if (received > maxBytes) callback();
  });
}

/** Measured: a chunk takes up to 200 bytes beside its own, until the body is complete. */
const maxChunks = 20_000;

const noBytes = Buffer.alloc(0);
const byteOrderMark = '\ufeff';

function parse(json: string): ReadResult<object> {
  if (json.trim() === '') return { error: empty };
  try {
    const body: unknown = JSON.parse(json.startsWith(byteOrderMark) ? json.slice(1) : json);
    if (typeof body !== 'object' || body === null) return { error: notAnObject };
    return { body };
  } catch {
    return { error: document.test(json) ? notJsonButDocument : malformed };
  }
}

/** Begins what looks like a GraphQL document, or like an object with a name that is not in quotation marks. */
const document = /^[\s\ufeff]*(?:(?:query|mutation|subscription|fragment)\b|\{\s*[\w.])/;

const badRequest = (message: string, status = 400): HttpError => ({ status, code: 'BAD_REQUEST', message });

const unsupportedType = badRequest(
  'Send the request as JSON in UTF-8, such as {"query":"{ me { id } }"}, with the header: Content-Type: application/json.',
  415,
);
const unknownEncoding = badRequest('Send the body plain or compressed by gzip, deflate or br.', 415);
const tooManyChunks = badRequest(`The body is sent in over ${maxChunks} chunks: send larger ones.`);
const empty = badRequest('The body is empty: send JSON such as {"query":"{ me { id } }"}.');
const malformed = badRequest(
  'The body is not complete, well-formed JSON, such as {"query":"{ me { id } }"}. Names and strings take double quotation marks, a line break in a string is \\n, and no comma follows the last value.',
);
const notJsonButDocument = badRequest(
  'The body looks like a GraphQL document: send it as a string in JSON, such as {"query":"{ me { id } }"}.',
);
const notUtf8 = badRequest('The body has bytes that are no UTF-8 (RFC 8259, section 8.1).');
const notAnObject = badRequest('The body must be a JSON object, such as {"query":"{ me { id } }"}.');
const nestedTooDeep = (maxDepth: number) =>
  badRequest(`The body is nested over ${maxDepth} levels deep: send one that is flatter.`);

const structureTooLarge = (maxBytes: number): HttpError =>
  tooLarge({ maxBytes, hint: 'A larger one may consist of strings only, such as a file in base64.' });
