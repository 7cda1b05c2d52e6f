import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { unusedPort } from '../support/http/servers.ts';

/** Answers a call in the service's place. `forward` sends the call to the service and resolves to its response. */
export type Fault = (req: IncomingMessage, res: ServerResponse, forward: () => Promise<Response>) => unknown;

/** Forwards calls from a client to a service, unless a fault is injected. */
export interface FaultyProxy {
  url: string;
  /** Injects a fault into all further calls of an HTTP method. */
  inject(method: string, fault: Fault): void;
  /** Refuses all further connections. */
  refuseConnections(): Promise<void>;
  /** Ends the fault. */
  restore(): Promise<void>;
  /** True if it refuses connections, or a fault has affected a call. */
  hasFailed(): boolean;
}

const trickleMs = 20;

const answer =
  (status: number, body = `{"status_code":${status},"message":"no"}`, type = 'application/json'): Fault =>
  (_, res) =>
    res.writeHead(status, { 'content-type': type }).end(status === 204 ? undefined : body);

/** Longer than the client's timeout, shorter than the time in which it expects a call to land. */
const lateMs = 3_000;

export const faults = {
  hangs: () => {},
  trickles: (req, res) => {
    res.writeHead(201);
    const timer = setInterval(() => res.write(' '), trickleMs);
    req.socket.once('close', () => clearInterval(timer));
  },
  'resets before it acts': (req) => req.socket.resetAndDestroy(),
  'resets after it has acted': async (req, _, forward) => {
    await forward();
    req.socket.resetAndDestroy();
  },
  'answers 401': answer(401),
  'answers 404': answer(404),
  'answers 413': answer(413),
  'answers 429': answer(429),
  'answers 500 and has not acted': answer(500),
  'answers 500 and has acted': async (req, res, forward) => {
    await forward();
    answer(500)(req, res, forward);
  },
  'answers 201 without an id': async (req, res, forward) => {
    await forward();
    answer(201, '{"imageUrl":"http://127.0.0.1/x"}')(req, res, forward);
  },
  'answers 200 with HTML': answer(200, '<html>hello</html>', 'text/html'),
  'acts after the client has left': async (_req, res, forward) => {
    await setTimeout(lateMs);
    await respondWith(await forward(), res);
  },
} satisfies Record<string, Fault>;

/** `target` is an origin, or gives one for each call. A call without an origin is reset. */
export async function startFaultyProxy(target: string | (() => string | undefined)): Promise<FaultyProxy> {
  let failedCalls = 0;
  let injected: { method: string; fault: Fault } | undefined;
  const sockets = new Set<Socket>();
  const listener: RequestListener = async (req, res) => {
    const body = await buffer(req);
    const forward = () => forwardTo(typeof target === 'string' ? target : target(), req, body);
    try {
      if (req.method !== injected?.method) return await respondWith(await forward(), res);
      failedCalls += 1;
      await injected?.fault(req, res, forward);
    } catch {
      res.destroy();
    }
  };
  const open = async (port: number): Promise<Server> => {
    const opened = createServer(listener).listen(port, '127.0.0.1');
    opened.on('connection', (socket) => void sockets.add(socket.once('close', () => sockets.delete(socket))));
    await once(opened, 'listening');
    return opened;
  };
  const shut = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const port = await unusedPort();
  let server = await open(port);
  onTestFinished(shut);
  return {
    url: `http://127.0.0.1:${port}`,
    inject: (method, fault) => {
      injected = { method, fault };
    },
    refuseConnections: shut,
    async restore() {
      injected = undefined;
      if (!server.listening) server = await open(port);
    },
    hasFailed: () => !server.listening || failedCalls > 0,
  };
}

async function forwardTo(target: string | undefined, req: IncomingMessage, body: Buffer): Promise<Response> {
  if (target === undefined) throw new Error('There is no service to forward the call to.');
  const names = ['x-api-private-token', 'content-type'];
  const headers = names.flatMap((name): [string, string][] =>
    req.headers[name] ? [[name, String(req.headers[name])]] : [],
  );
  const init = { method: req.method ?? '', headers };
  return fetch(`${target}${req.url}`, body.length > 0 ? { ...init, body } : init);
}

async function respondWith(response: Response, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type');
  res.writeHead(response.status, type ? { 'content-type': type } : {}).end(body);
}
