import type { RequestListener } from 'node:http';
import { type Logger, pino } from 'pino';
import { createTokenCheck } from './access.ts';
import { ErrorAnswer, errorAnswer, jsonAnswer, noContent, send } from './answers.ts';
import type { ImageFiles } from './image-files.ts';
import { parseChange, parseImage } from './image-input.ts';
import type { ImageRecord } from './image-record.ts';
import { publicAnswer } from './public-image.ts';
import { createBodyReader } from './request-body.ts';
import { logFailure, logWhenEnded } from './request-log.ts';
import { type Exchange, findHandle, pathOf, type Route } from './routes.ts';

/** What the service works with. `publicUrl` is absolute and has no trailing slash; without `log` it is silent. */
interface ImageServiceOptions {
  files: ImageFiles;
  token: string;
  publicUrl: string;
  log?: Logger | undefined;
}

/** The image service's REST interface, as a listener for a node:http server's requests. */
export function createImageService(options: ImageServiceOptions): RequestListener {
  const { files, token, log = pino({ enabled: false }) } = options;
  const checkToken = createTokenCheck(token);
  const routes = [...privateRoutes(options), ...publicRoutes(files)];

  const answer = async (exchange: Omit<Exchange, 'id'>) => {
    const path = pathOf(exchange.request);
    if (PRIVATE_PATH.test(path)) checkToken(exchange.request.headers);
    const { handle, id } = findHandle(routes, path, exchange.request.method);
    return handle({ ...exchange, id });
  };

  return async (request, response) => {
    logWhenEnded(log, request, response);
    try {
      send(response, await answer({ request, response }));
    } catch (error) {
      if (!(error instanceof ErrorAnswer)) logFailure(log, request, error);
      send(response, errorAnswer(error));
    }
  };
}

const PRIVATE_PATH = /^\/images\/api\/v1(\/|$)/;

function privateRoutes({ files, publicUrl }: ImageServiceOptions): Route[] {
  const readBody = createBodyReader();

  const show = ({ id, contentType, createdAt, updatedAt }: ImageRecord) => {
    return { imageUrl: `${publicUrl}/images/public/${id}`, contentType, createdAt, updatedAt, id };
  };

  const many = {
    GET: async () => jsonAnswer(200, (await files.list()).map(show)),
    POST: async ({ request, response }: Exchange) => {
      const image = parseImage(await readBody(request, response));
      return jsonAnswer(201, show(await files.add(image)));
    },
  };

  const one = {
    GET: async ({ id }: Exchange) => jsonAnswer(200, show(found(await files.find(id)))),
    PUT: async ({ request, response, id }: Exchange) => {
      const image = parseImage(await readBody(request, response));
      found(await files.change(id, image));
      return noContent;
    },
    PATCH: async ({ request, response, id }: Exchange) => {
      const change = parseChange(await readBody(request, response));
      found(await files.change(id, change));
      return noContent;
    },
    // A body, {} for instance, says nothing here; node passes over it unread.
    DELETE: async ({ id }: Exchange) => {
      found(await files.remove(id));
      return noContent;
    },
  };

  return [
    { path: /^\/images\/api\/v1\/images$/, methods: many },
    { path: /^\/images\/api\/v1\/images\/([^/]+)$/, methods: one },
  ];
}

function publicRoutes(files: ImageFiles): Route[] {
  const serve = async ({ id, request }: Exchange) => publicAnswer(found(await files.read(id)), request.headers);

  const ready = async () => {
    if (await files.isWritable()) return jsonAnswer(200, { status: 'ok' });
    throw new ErrorAnswer(503, 'The image folder cannot be written.');
  };

  return [
    { path: /^\/images\/public\/([^/]+)$/, methods: { GET: serve } },
    { path: /^\/health\/live$/, methods: { GET: () => jsonAnswer(200, { status: 'ok' }) } },
    { path: /^\/health\/ready$/, methods: { GET: ready } },
  ];
}

function found<Thing>(thing: Thing | undefined | false): Thing {
  if (thing === undefined || thing === false) throw new ErrorAnswer(404, 'There is no such image.');
  return thing;
}
