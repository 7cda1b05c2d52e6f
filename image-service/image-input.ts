import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'body-parser';
import { z } from 'zod';
import { HttpError } from './responses.ts';

/** Limit of a request's JSON, after decompression. */
const PAYLOAD_MAX_BYTES = 512_000;

/** Creates a reader of JSON bodies: undefined without a body; throws 400, 413 or 415. */
export function createBodyReader(): (request: IncomingMessage, response: ServerResponse) => Promise<unknown> {
  const parseBody = json({ limit: PAYLOAD_MAX_BYTES, type: () => true });
  return async (request, response) => {
    if (!hasBody(request)) return undefined;
    if (!isJson(request)) throw new HttpError(415, 'Send the body as application/json.');
    const error = await new Promise<unknown>((resolve) => parseBody(request, response, resolve));
    if (error) throw explain(error);
    return 'body' in request ? request.body : undefined;
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson({ headers }: IncomingMessage): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1);
  return mediaType.trim().toLowerCase() === 'application/json';
}

// The parser's errors quote the body in their messages, so they are neither sent nor logged.
function explain(error: unknown): HttpError {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (status === 413) return new HttpError(413, `The body may not exceed ${PAYLOAD_MAX_BYTES} bytes of JSON.`);
  if (status === 415)
    return new HttpError(415, 'Send the body in UTF-8, uncompressed or compressed with gzip, deflate or br.');
  return new HttpError(400, 'The body is not JSON.');
}

const base64 = z.string('data must be the image as base64').transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips characters that are not base64; encoding the result again reveals them.
  if (bytes.toString('base64') !== text) context.addIssue('data must be base64, padded, without a data: prefix');
  else if (bytes.length === 0) context.addIssue('data is empty; it must contain an image');
  return bytes;
});

const contentType = z.enum(
  ['image/gif', 'image/jpeg', 'image/png'],
  'contentType must be image/gif, image/jpeg or image/png',
);

const notAnObject = 'The body must be a JSON object with data and contentType';

const wholeImage = z.object({ data: base64, contentType }, notAnObject);

const imageChange = z.object({ data: base64.optional(), contentType: contentType.optional() }, notAnObject);

/** Parses the body of POST and PUT. Ignores unknown fields; throws 400 with all errors together. */
export function parseImage(body: unknown) {
  const { data, contentType } = parse(wholeImage, body);
  return { bytes: data, contentType };
}

/** Parses the body of PATCH, which has bytes, a content type, both or neither. Throws 400 with all errors together. */
export function parseChange(body: unknown) {
  const { data, contentType } = parse(imageChange, body);
  return { bytes: data, contentType };
}

function parse<Input extends z.ZodType>(input: Input, body: unknown): z.output<Input> {
  const result = input.safeParse(body);
  if (result.success) return result.data;
  throw new HttpError(400, `${result.error.issues.map(({ message }) => message).join('; ')}.`);
}

/** First bytes of a file of each type. A PNG has its header chunk, of 13 bytes, behind its signature. */
const beginnings: [type: string, bytes: Buffer][] = [
  ['image/gif', Buffer.from('GIF87a')],
  ['image/gif', Buffer.from('GIF89a')],
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
  ['image/png', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1')],
];

/** Throws 400 unless the bytes begin like a file of the content type. The rest is not looked at. */
export function requireType({ contentType, bytes }: { contentType: string; bytes: Buffer }): void {
  const [type] = beginnings.find(([, beginning]) => bytes.subarray(0, beginning.length).equals(beginning)) ?? [];
  if (type === contentType) return;
  const claim = `contentType is ${contentType}, but the image's bytes are`;
  if (type) throw new HttpError(400, `${claim} those of ${type}. Send the contentType of the bytes.`);
  throw new HttpError(400, `${claim} those of no GIF, JPEG or PNG. Send the bytes of an image.`);
}
