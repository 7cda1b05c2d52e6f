import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { type AdmitBody, type CountBytes, isCompressed, type ReadResult } from '../../http/bodies/body-admission.ts';
import { closeAfter, tooLarge } from '../../http/bodies/body-errors.ts';
import type { ExpectedBody } from '../../http/bodies/json-reader.ts';
import { receiveBody } from '../../http/bodies/raw-body.ts';
import type { HttpError } from '../../http/responses.ts';
import { maxNesting } from '../../json.ts';
import { maxFiles } from './file-map.ts';
import { badRequest, createMultipartRequest } from './multipart-request.ts';

/** Tells the content type of a GraphQL multipart request. */
export const isMultipart = (contentType = '') => /^multipart\/form-data *(;|$)/i.test(contentType);

type ReadMultipart = (body: ExpectedBody) => Promise<ReadResult<object>>;

/** Creates a reader of GraphQL multipart requests. Its bodies are as those of JSON, with files in base64. */
export function createMultipartReader(admit: AdmitBody): ReadMultipart {
  return async (expected) => {
    const { req, res } = expected;
    if (isCompressed(req)) return closeAfter(res, compressed);
    const form = openForm(req, expected.limit.maxBytes);
    if (!form) return closeAfter(res, withoutBoundary);
    return admit(expected, async (count) => readForm(form, { ...expected, count }));
  };
}

/** Returns undefined if the content type has no boundary. */
function openForm({ headers }: IncomingMessage, maxFieldBytes: number): BusboyInstance | undefined {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      // By the part's name alone: some clients send JSON with a file's name, and files without one.
      isPartAFile: (name) => !fields.includes(name),
      limits: { parts: fields.length + maxFiles, fieldSize: maxFieldBytes, headerPairs: 32, headerSize: 8 * 1024 },
    });
  } catch {
    return undefined;
  }
}

const fields: (string | undefined)[] = ['operations', 'map'];

async function readForm(
  form: BusboyInstance,
  { req, limit, maxDepth = maxNesting, count }: ExpectedBody & { count: CountBytes },
) {
  const request = createMultipartRequest(maxDepth);
  let error: HttpError | undefined;
  let sizeBytes = 0;
  const fail = (found: HttpError) => {
    error ??= found;
  };
  const finished = new Promise<void>((resolve) => {
    form.once('finish', resolve);
    form.on('error', () => {
      fail(incomplete);
      resolve();
    });
  });
  form.on('field', (name, text, _, isTruncated) => {
    if (isTruncated) fail(tooLarge({ ...limit, hint: `${name} may have as much.` }));
    else request.addField(name, text);
  });
  form.on('file', (name: string | undefined, content) => {
    content.on('error', () => fail(incomplete));
    request.addFile(name, content);
  });
  form.on('partsLimit', () => fail(tooManyParts));

  const stopped = await receiveBody(req, (chunk) => {
    sizeBytes += chunk.length;
    const tooMany = count(chunk.length);
    if (tooMany) return tooMany;
    if (!form.write(chunk)) {
      req.pause();
      form.once('drain', () => req.resume());
    }
    return error ?? request.error();
  });
  if (stopped !== undefined) return { result: { error: stopped === 'CUT_OFF' ? incomplete : stopped }, sizeBytes };
  form.end();
  await finished;
  return { result: error ? { error } : request.finish(), sizeBytes };
}

const withoutBoundary = badRequest('The header Content-Type has no boundary: multipart/form-data; boundary=….');
const incomplete = badRequest('The body is not a complete, well-formed multipart/form-data.');
const tooManyParts = badRequest(`A request may have the parts operations and map, and ${maxFiles} files.`);

const compressed: HttpError = {
  status: 415,
  code: 'BAD_REQUEST',
  message: 'Send files without Content-Encoding.',
};
