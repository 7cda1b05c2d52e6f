import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, type Reply } from './responses.ts';

/** A request, its response, and the id in its path: neither checked nor decoded. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  id: string;
}

type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

/** The handlers of one path, by method. The first group of the pattern is the id. */
export interface Route {
  path: RegExp;
  methods: Record<string, Handler>;
}

/** Finds the handler of a request. Throws 404 for an unknown path and 405 for a method it does not have. */
export function findHandler(routes: Route[], path: string, method = 'GET'): { handle: Handler; id: string } {
  for (const route of routes) {
    const [match, id = ''] = route.path.exec(path) ?? [];
    if (match !== undefined) return { handle: handlerOf(route, method), id };
  }
  throw new HttpError(404, 'There is nothing at this path.');
}

/** The path of a request without its query and one trailing slash, otherwise as it was sent. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/(?<=.)\/$/, '');
}

function handlerOf({ methods }: Route, method: string): Handler {
  const handler = methods[method === 'HEAD' ? 'GET' : method];
  if (handler) return handler;
  const allowed = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw new HttpError(405, `Use one of ${allowed.join(', ')}.`, { Allow: allowed.join(', ') });
}
