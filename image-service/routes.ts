import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, ErrorAnswer } from './answers.ts';

/** A request on its way to its answer. `id` is what the path named as it was sent: not checked, not decoded. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  id: string;
}

type Handle = (exchange: Exchange) => Answer | Promise<Answer>;

/** One path, and what each method does there. The pattern's only group, where it has one, is the id. */
export interface Route {
  path: RegExp;
  methods: Record<string, Handle>;
}

/** What the request's method does at its path. Throws a refusal: 404 without such a path, 405 without such a method. */
export function findHandle(routes: Route[], path: string, method = 'GET'): { handle: Handle; id: string } {
  for (const route of routes) {
    const [match, id = ''] = route.path.exec(path) ?? [];
    if (match !== undefined) return { handle: methodOf(route, method), id };
  }
  throw new ErrorAnswer(404, 'There is nothing at this path.');
}

/** The path of a request's target, without its query and one trailing slash; otherwise as it was sent. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/(?<=.)\/$/, '');
}

function methodOf({ methods }: Route, method: string): Handle {
  const handle = methods[method === 'HEAD' ? 'GET' : method];
  if (handle) return handle;
  const allowed = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw new ErrorAnswer(405, `Here go only ${allowed.join(', ')}.`, { Allow: allowed.join(', ') });
}
