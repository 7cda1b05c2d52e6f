import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';

/** A file of the explorer's page. */
export interface PageFile {
  /** Without a folder. All but `index.html` contain a hash of their bytes, so that they can be cached for good. */
  name: string;
  bytes: Uint8Array;
}

/** The page itself, which links to the other files. */
export const indexName = 'index.html';

/** The folder that `npm run explorer` writes the page to. */
export const builtFolder = fileURLToPath(new URL('built', import.meta.url));

/** Reads the built page. Rejects if it is not there. */
export async function readBuiltPage(folder = builtFolder): Promise<PageFile[]> {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

/** The path of the other files, relative to the page: the gateway may be behind a path of a proxy. */
export const filesFolder = 'explorer';

/** Scripts come from the gateway only, and none is inline; the editors insert styles. Images may be on any host. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  'img-src http: https: data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Security headers of the page and all of its files. */
export const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** A page file with its headers and compressed forms. */
export interface ServedFile {
  /** Responds to GET and HEAD with 200, or with 304 if If-None-Match has the file's ETag (RFC 9110, section 13.1.2). */
  send(req: IncomingMessage, res: ServerResponse, headers: Record<string, string>): Promise<void>;
  /** Compresses the file with Brotli, which most browsers accept, before the first request. */
  compress(): Promise<void>;
}

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/** A compromise: compresses five megabytes in some tenths of a second, on another thread. */
const brotliQuality = 6;

const compressions = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
  identity: async (bytes: Uint8Array) => bytes,
};
type Encoding = keyof typeof compressions;
/** The smallest first. */
const encodings: Encoding[] = ['br', 'gzip', 'identity'];

/** Prepares a file for serving. Each encoding is computed once, when it is first needed. */
export function createServedFile({ name, bytes }: PageFile): ServedFile {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const encoded = new Map<Encoding, Promise<Uint8Array>>();
  const encode = (encoding: Encoding) => {
    const body = encoded.get(encoding) ?? compressions[encoding](bytes);
    encoded.set(encoding, body);
    return body;
  };
  const fileHeaders = {
    ...pageHeaders,
    'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
    'cache-control': name === indexName ? 'no-cache' : 'public, max-age=31536000, immutable',
    vary: name === indexName ? 'Accept, Accept-Encoding' : 'Accept-Encoding',
  };

  return {
    async send(req, res, headers) {
      const encoding = acceptedEncoding(req);
      const etag = `"${hash}-${encoding}"`;
      const all = {
        ...headers,
        ...fileHeaders,
        etag,
        ...(encoding !== 'identity' && { 'content-encoding': encoding }),
      };
      if (matches(req.headers['if-none-match'], etag)) return void res.writeHead(304, all).end();
      const body = await encode(encoding);
      res.writeHead(200, { ...all, 'content-length': body.length });
      res.end(req.method === 'HEAD' ? undefined : body);
    },
    compress: async () => void (await encode('br')),
  };
}

/** Chooses the smallest accepted encoding; `identity` if the header has none of them. */
function acceptedEncoding({ headers }: IncomingMessage): Encoding {
  const accepted = new Negotiator({ headers: { 'accept-encoding': headers['accept-encoding'] } }).encodings(encodings);
  return encodings.find((encoding) => accepted.includes(encoding)) ?? 'identity';
}

function matches(ifNoneMatch = '', etag: string): boolean {
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
