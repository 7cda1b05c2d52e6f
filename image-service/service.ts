import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Logger, pino } from 'pino';
import type { RequestHandler } from './connection-drain.ts';
import type { ImageFiles } from './image-files.ts';
import { createBodyReader, parseChange, parseImage } from './image-input.ts';
import type { ImageRecord } from './image-record.ts';
import { publicReply } from './public-image.ts';
import { createRequestLog } from './request-log.ts';
import { resolveTarget } from './request-target.ts';
import { EVERY_METHOD, errorReply, HttpError, jsonReply, noContent, send } from './responses.ts';
import { type Exchange, findHandler, pathOf, type Route } from './routes.ts';

/** `publicUrl` is absolute, without a trailing slash. Logs nothing without `log`. */
interface ImageServiceOptions {
  files: ImageFiles;
  token: string;
  publicUrl: string;
  stopping?: AbortSignal | undefined;
  log?: Logger | undefined;
}

/** Creates the REST API as a handler of a node:http server's requests. */
export function createImageService(options: ImageServiceOptions): RequestHandler {
  const { files, publicUrl, token, log = pino({ enabled: false }) } = options;
  const checkToken = createTokenCheck(token);
  const routes = [...privateRoutes({ files, publicUrl, log }), ...publicRoutes(options)];

  const reply = async (exchange: Omit<Exchange, 'id'>) => {
    const path = pathOf(exchange.request);
    if (PRIVATE_PATH.test(path)) checkToken(exchange.request.headers);
    const { handle, id } = findHandler(routes, path, exchange.request.method);
    return handle({ ...exchange, id });
  };

  const { logWhenEnded, logFailure } = createRequestLog(log);
  return async (request, response) => {
    logWhenEnded(request, response);
    try {
      resolveTarget(request);
      send(response, await reply({ request, response }));
    } catch (error) {
      if (!(error instanceof HttpError)) logFailure(request, error);
      send(response, errorReply(error));
    }
  };
}

const PRIVATE_PATH = /^\/images\/api\/v1(\/|$)/;

function privateRoutes({
  files,
  publicUrl,
  log,
}: Pick<Required<ImageServiceOptions>, 'files' | 'publicUrl'> & { log: Logger }): Route[] {
  const readBody = createBodyReader();

  const toJson = ({ id, contentType, createdAt, updatedAt }: ImageRecord) => {
    return { imageUrl: `${publicUrl}/images/public/${id}`, contentType, createdAt, updatedAt, id };
  };

  const collection = {
    GET: async () => {
      const { records, unreadable } = await files.list();
      if (unreadable.length > 0) log.warn({ event: 'unreadable files', files: unreadable });
      return jsonReply(200, records.map(toJson));
    },
    POST: async ({ request, response }: Exchange) => {
      const image = parseImage(await readBody(request, response));
      return jsonReply(201, toJson(await files.add(image)));
    },
  };

  const item = {
    GET: async ({ id }: Exchange) => jsonReply(200, toJson(requireFound(await files.find(id)))),
    PUT: async ({ request, response, id }: Exchange) => {
      const image = parseImage(await readBody(request, response));
      requireFound(await files.change(id, image));
      return noContent;
    },
    PATCH: async ({ request, response, id }: Exchange) => {
      const change = parseChange(await readBody(request, response));
      requireFound(isEmpty(change) ? await files.find(id) : await files.change(id, change));
      return noContent;
    },
    // Any body is ignored; node discards it unread.
    DELETE: async ({ id }: Exchange) => {
      requireFound(await files.remove(id));
      return noContent;
    },
  };

  return [
    { path: /^\/images\/api\/v1\/images$/, methods: collection },
    { path: /^\/images\/api\/v1\/images\/([^/]+)$/, methods: item },
  ];
}

function publicRoutes({ files, stopping }: ImageServiceOptions): Route[] {
  const serve = async ({ id, request }: Exchange) => publicReply(requireFound(await files.read(id)), request.headers);

  const ready = async () => {
    if (stopping?.aborted) throw new HttpError(503, 'The image service is stopping.');
    if (await files.isWritable()) return jsonReply(200, { status: 'ok' });
    throw new HttpError(503, 'The image folder cannot be written.');
  };

  return [
    { path: /^\/images\/public\/([^/]+)$/, methods: { GET: serve } },
    { path: /^\*$/, methods: { OPTIONS: () => ({ status: 204, headers: { Allow: EVERY_METHOD } }) } },
    { path: /^\/health\/live$/, methods: { GET: () => jsonReply(200, { status: 'ok' }) } },
    { path: /^\/health\/ready$/, methods: { GET: ready } },
  ];
}

function isEmpty(change: ReturnType<typeof parseChange>): boolean {
  return change.bytes === undefined && change.contentType === undefined;
}

function requireFound<Thing>(thing: Thing | undefined | false): Thing {
  if (thing === undefined || thing === false) throw new HttpError(404, 'There is no such image.');
  return thing;
}

/** Creates a check that throws 401 without a token and 403 with a wrong one, in constant time. */
function createTokenCheck(token: string): (headers: IncomingHttpHeaders) => void {
  const expected = digest(token);
  return (headers) => {
    const actual = headers['x-api-private-token'] || headers['private-token'];
    if (!actual) throw new HttpError(401, 'Send the token in the header X-API-Private-Token.');
    if (!timingSafeEqual(digest(String(actual)), expected)) throw new HttpError(403, 'The token is wrong.');
  };
}

// timingSafeEqual needs equal lengths, and the length of the token is secret too.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
