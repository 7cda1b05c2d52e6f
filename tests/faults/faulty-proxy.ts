import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { portApart } from '../support/servers.ts';

/** What is wrong with calls: each gets what would carry it on to the service and gives that one's answer. */
export type Fault = (req: IncomingMessage, res: ServerResponse, carryOn: () => Promise<Response>) => unknown;

/** Stands between a client and a service, and passes on what it is not told to spoil. */
export interface FaultyProxy {
  url: string;
  /** Spoils calls of a method from now on. */
  spoil(method: string, fault: Fault): void;
  /** Refuses all connections from now on. */
  refuse(): Promise<void>;
  heal(): Promise<void>;
  /** Whether it refuses connections, or has spoilt a call. */
  isSpoiling(): boolean;
}

const trickleMs = 20;

const answer =
  (status: number, body = `{"status_code":${status},"message":"no"}`, type = 'application/json'): Fault =>
  (_, res) =>
    res.writeHead(status, { 'content-type': type }).end(status === 204 ? undefined : body);

/** Longer than clients wait, shorter than they think a call can still land. */
const lateMs = 1_000;

export const faults = {
  hangs: () => {},
  trickles: (req, res) => {
    res.writeHead(201);
    const timer = setInterval(() => res.write(' '), trickleMs);
    req.socket.once('close', () => clearInterval(timer));
  },
  'resets before it acts': (req) => req.socket.resetAndDestroy(),
  'resets after it has acted': async (req, _, carryOn) => {
    await carryOn();
    req.socket.resetAndDestroy();
  },
  'answers 401': answer(401),
  'answers 404': answer(404),
  'answers 413': answer(413),
  'answers 429': answer(429),
  'answers 500 and has not acted': answer(500),
  'answers 500 and has acted': async (req, res, carryOn) => {
    await carryOn();
    answer(500)(req, res, carryOn);
  },
  'answers 201 without an id': async (req, res, carryOn) => {
    await carryOn();
    answer(201, '{"imageUrl":"http://127.0.0.1/x"}')(req, res, carryOn);
  },
  'answers 200 with HTML': answer(200, '<html>hello</html>', 'text/html'),
  'acts when the client has gone': async (_req, res, carryOn) => {
    await setTimeout(lateMs);
    await passBack(await carryOn(), res);
  },
} satisfies Record<string, Fault>;

/** `target` is an origin, or tells for each call which; where there is none, the connection is reset. */
export async function startFaultyProxy(target: string | (() => string | undefined)): Promise<FaultyProxy> {
  let spoilt = 0;
  let wrong: { method: string; fault: Fault } | undefined;
  const sockets = new Set<Socket>();
  const listener: RequestListener = async (req, res) => {
    const body = await buffer(req);
    const carryOn = () => passOn(typeof target === 'string' ? target : target(), req, body);
    try {
      if (req.method !== wrong?.method) return await passBack(await carryOn(), res);
      spoilt += 1;
      await wrong?.fault(req, res, carryOn);
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
  const port = await portApart();
  let server = await open(port);
  onTestFinished(shut);
  return {
    url: `http://127.0.0.1:${port}`,
    spoil: (method, fault) => {
      wrong = { method, fault };
    },
    refuse: shut,
    async heal() {
      wrong = undefined;
      if (!server.listening) server = await open(port);
    },
    isSpoiling: () => !server.listening || spoilt > 0,
  };
}

async function passOn(target: string | undefined, req: IncomingMessage, body: Buffer): Promise<Response> {
  if (target === undefined) throw new Error('There is nothing to pass it on to.');
  const names = ['x-api-private-token', 'content-type'];
  const headers = names.flatMap((name): [string, string][] =>
    req.headers[name] ? [[name, String(req.headers[name])]] : [],
  );
  const init = { method: req.method ?? '', headers };
  return fetch(`${target}${req.url}`, body.length > 0 ? { ...init, body } : init);
}

async function passBack(answered: Response, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await answered.arrayBuffer());
  const type = answered.headers.get('content-type');
  res.writeHead(answered.status, type ? { 'content-type': type } : {}).end(body);
}
