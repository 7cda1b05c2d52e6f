import type { ServerResponse } from 'node:http';
import type { PathHandler } from '../../platform/http/exchange.ts';
import { sendError } from '../../platform/http/responses.ts';
import type { Logger } from '../../platform/process/logger.ts';
import {
  createServedFile,
  filesFolder,
  indexName,
  type PageFile,
  pageHeaders,
  readBuiltPage,
  type ServedFile,
} from './page-file.ts';

export interface Explorer {
  /** Serves the page. */
  page: PathHandler;
  /** The request handlers by path: the page at the root, and its files below `/explorer/`. */
  paths: Record<string, PathHandler>;
  /** Loads and compresses the page in the background, before the first request. Never rejects. */
  prepare(): Promise<void>;
}

/**
 * Serves the explorer, a page for browsers. Its files are loaded by `prepare` or the first request, and then kept in
 * memory: no request path reaches the disk. A failure to load is logged once, and each request tries again.
 */
export function createExplorer({
  load = readBuiltPage,
  log,
}: {
  load?: () => Promise<PageFile[]>;
  log: Logger;
}): Explorer {
  let loading: Promise<Map<string, ServedFile>> | undefined;
  let lastFailure: string | undefined;

  /** Resolves to undefined if the page cannot be loaded. */
  const loadFiles = (requestId?: string) => {
    loading ??= load().then((files) => new Map(files.map((file) => [file.name, createServedFile(file)])));
    return loading.catch((err: Error) => {
      loading = undefined;
      if (err.message !== lastFailure) log.warn({ requestId, err }, 'explorer page not available');
      lastFailure = err.message;
      return undefined;
    });
  };

  const serve =
    (nameFor: (path: string) => string): PathHandler =>
    async (req, res, { requestId, headers }) => {
      if (req.method !== 'GET' && req.method !== 'HEAD')
        return sendError(res, methodNotAllowed, { ...headers, allow: 'GET, HEAD' });
      const files = await loadFiles(requestId);
      if (!files) return sendUnavailable(res, headers);
      const file = files.get(nameFor(new URL(req.url ?? '', 'http://gateway').pathname));
      if (!file) return sendError(res, notFound, headers);
      await file.send(req, res, headers);
    };
  const page = serve(() => indexName);
  const file = serve((path) => path.slice(path.lastIndexOf('/') + 1).replace(indexName, ''));

  return {
    page,
    paths: { '/': page, [`/${filesFolder}/*`]: file },
    async prepare() {
      const files = await loadFiles();
      // One after the other, to leave threads for requests.
      for (const each of files?.values() ?? []) await each.compress().catch(() => {});
    },
  };
}

const methodNotAllowed = {
  status: 405,
  code: 'BAD_REQUEST',
  message: 'The explorer is read by GET. GraphQL is at /graphql.',
};
const notFound = { status: 404, code: 'BAD_REQUEST', message: 'The explorer has no such file.' };

/** Tells the operator how to get the page back. */
function sendUnavailable(res: ServerResponse, headers: Record<string, string>): void {
  const text = `The explorer is not available: its built page, gateway/explorer/built, is missing or unreadable.

Restore the folder from the repository, or build it again:
    npm ci --prefix gateway/explorer/page && npm run explorer
The GraphQL API at /graphql works without it.
`;
  res.writeHead(503, { ...headers, ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' });
  res.end(text);
}
