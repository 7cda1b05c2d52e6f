import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Responds to a call; `passOn` forwards the call to the service, now or later. */
type Instead = (req: IncomingMessage, res: ServerResponse, passOn: () => Promise<Response>) => unknown;

/** Actions of a proxy for the calls of one method: before it forwards a call, and before it returns the response. */
export interface Step {
  before?: () => unknown;
  after?: () => unknown;
  /** Responds in place of the service, which gets the call only if this forwards it. */
  instead?: Instead;
}

/** A proxy in front of the image service that lets a test act during a call, and records all calls. */
export interface ImageServiceProxy {
  url: string;
  /** Method and path of each call, in the order of arrival. */
  calls: { method: string; path: string; requestId: string }[];
  steps: Partial<Record<Method, Step>>;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the service at `target`. */
export async function startProxy(target: string): Promise<ImageServiceProxy> {
  const proxy: Pick<ImageServiceProxy, 'calls' | 'steps'> = { calls: [], steps: {} };
  const server = createServer(async (req, res) => {
    proxy.calls.push({ method: req.method ?? '', path: req.url ?? '', requestId: String(req.headers['x-request-id']) });
    const { before, after, instead } = proxy.steps[req.method as Method] ?? {};
    const body = await buffer(req);
    await before?.();
    if (instead) return instead(req, res, () => passOn(target, req, body));
    const answer = await passOn(target, req, body);
    await after?.();
    await passBack(answer, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop });
}

async function passOn(target: string, req: IncomingMessage, body: Buffer): Promise<Response> {
  const headers = Object.entries(req.headers).filter(([name]) => /^x-|^content-type$/.test(name));
  const init = {
    method: req.method ?? '',
    headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
  };
  return fetch(`${target}${req.url}`, body.length > 0 ? { ...init, body } : init);
}

async function passBack(answer: Response, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  res.writeHead(answer.status, answer.status === 204 ? {} : { 'content-type': 'application/json' }).end(body);
}

/** Creates a step that blocks calls until `release`; `arrived` resolves when a call is blocked. */
export function blockCalls() {
  let arrive = () => {};
  let release = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const wait = () => {
    arrive();
    return released;
  };
  return { wait, arrived, release };
}

/** The service processes the call, but its response is lost. */
export const lost: Step = {
  instead: async ({ socket }, _, passOn) => {
    await passOn();
    socket.destroy();
  },
};

/** Creates a step that breaks the connection of each call; the service gets the calls only when `deliver` is called. */
export function delay() {
  const taken: (() => Promise<Response>)[] = [];
  const instead: Instead = ({ socket }, _, passOn) => {
    taken.push(passOn);
    socket.destroy();
  };
  /** Forwards the calls and returns the statuses of their responses. */
  const deliver = async () => {
    const answers = await Promise.all(taken.map((passOn) => passOn()));
    return answers.map(({ status }) => status);
  };
  return { instead, deliver };
}
