import type { ServerResponse } from 'node:http';
import type { AnswerPath } from '../../platform/graphql/http-handler.ts';
import { sendError } from '../../platform/http/json-body.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { type ExplorerFile, filesFolder, indexName } from './explorer-file.ts';
import { loadExplorer } from './load.ts';
import { pageHeaders } from './page-headers.ts';
import { createServedFile, type ServedFile } from './served-file.ts';

export interface Explorer {
  /** The page. */
  page: AnswerPath;
  /** What is answered at which path: the page at the root, and its files. */
  paths: Record<string, AnswerPath>;
}

/**
 * Serves the explorer: a page for browsers, and the files that it is made of. Nothing is read or built before somebody
 * asks for it; from then on it is held in memory, so that no path of a request ever reaches the disk.
 */
export function createExplorer({
  load = loadExplorer,
  log,
}: {
  load?: () => Promise<ExplorerFile[]>;
  log: Logger;
}): Explorer {
  let loading: Promise<Map<string, ServedFile>> | undefined;
  const files = () => {
    loading ??= load().then(
      (all) => new Map(all.map((file) => [file.name, createServedFile(file)])),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  /** Answers with one file. `headers` are those that every answer of the gateway has. */
  const answer =
    (nameOf: (path: string) => string): AnswerPath =>
    async (req, res, { requestId, headers }) => {
      if (req.method !== 'GET' && req.method !== 'HEAD')
        return sendError(res, notAllowed, { ...headers, allow: 'GET, HEAD' });
      const all = await files().catch((err: unknown) => void log.warn({ requestId, err }, 'explorer not built'));
      if (!all) return sendNotBuilt(res, headers);
      const file = all.get(nameOf(new URL(req.url ?? '', 'http://gateway').pathname));
      if (!file) return sendError(res, notFound, headers);
      await file.send(req, res, headers);
    };
  const page = answer(() => indexName);
  const file = answer((path) => path.slice(path.lastIndexOf('/') + 1).replace(indexName, ''));
  return { page, paths: { '/': page, [`/${filesFolder}/*`]: file } };
}

const notAllowed = {
  status: 405,
  code: 'BAD_REQUEST',
  message: 'The explorer is read by GET. GraphQL is at /graphql.',
};
const notFound = { status: 404, code: 'BAD_REQUEST', message: 'The explorer has no such file.' };

/** For whoever runs the gateway: how the page comes to be. */
function sendNotBuilt(res: ServerResponse, headers: Record<string, string>): void {
  const text = `The explorer's page is not there: it was not built, and there is nothing here to build it with.

Where the development packages are installed (npm ci), run
    node --import tsx gateway/explorer/write-built.ts
and put the folder that it names beside the gateway's sources. GraphQL is answered at /graphql all the same.
`;
  res.writeHead(503, { ...headers, ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' });
  res.end(text);
}
