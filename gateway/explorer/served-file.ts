import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { type ExplorerFile, indexName } from './explorer-file.ts';
import { pageHeaders } from './page-headers.ts';

/** A file that is ready to be sent. */
export interface ServedFile {
  /** Answers GET and HEAD: 200, or 304 where If-None-Match shows that the client has it (RFC 9110, section 13.1.2). */
  send(req: IncomingMessage, res: ServerResponse, headers: Record<string, string>): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** As good as is quick: five megabytes take some tenths of a second, on another thread. */
const brotliQuality = 6;

const compressions = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
  identity: async (bytes: Uint8Array) => bytes,
};
type Encoding = keyof typeof compressions;
const encodings: Encoding[] = ['br', 'gzip', 'identity'];

/** Prepares a file; each compression of it is made once, when it is first asked for. */
export function createServedFile({ name, bytes }: ExplorerFile): ServedFile {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const encoded = new Map<Encoding, Promise<Uint8Array>>();
  const encode = (encoding: Encoding) => {
    const body = encoded.get(encoding) ?? compressions[encoding](bytes);
    encoded.set(encoding, body);
    return body;
  };
  const own = {
    ...pageHeaders,
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'cache-control': name === indexName ? 'no-cache' : 'public, max-age=31536000, immutable',
    vary: name === indexName ? 'Accept, Accept-Encoding' : 'Accept-Encoding',
  };

  return {
    async send(req, res, headers) {
      const encoding = acceptedEncoding(req);
      const etag = `"${hash}-${encoding}"`;
      const all = { ...headers, ...own, etag, ...(encoding !== 'identity' && { 'content-encoding': encoding }) };
      if (isKnown(req.headers['if-none-match'], etag)) return void res.writeHead(304, all).end();
      const body = await encode(encoding);
      res.writeHead(200, { ...all, 'content-length': body.length });
      res.end(req.method === 'HEAD' ? undefined : body);
    },
  };
}

/** The smallest that the client takes; what is not understood is answered plain. */
function acceptedEncoding({ headers }: IncomingMessage): Encoding {
  const accepted = new Negotiator({ headers: { 'accept-encoding': headers['accept-encoding'] } }).encodings(encodings);
  return encodings.find((encoding) => accepted.includes(encoding)) ?? 'identity';
}

function isKnown(ifNoneMatch = '', etag: string): boolean {
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
