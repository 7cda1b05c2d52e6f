import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Method = 'POST' | 'PUT' | 'DELETE';

/** What a gate does with calls of a method: something before it passes them on, something before it passes the answer back. */
export interface Step {
  before?: () => unknown;
  after?: () => unknown;
  /** Answers instead of the service, which never hears of the call. */
  instead?: RequestListener;
}

/** A real server before the image service's, which lets a test act while a call is under way, and tells what passed. */
export interface Gate {
  url: string;
  /** Method and path of each call, in the order in which they came. */
  calls: { method: string; path: string; requestId: string }[];
  steps: Partial<Record<Method, Step>>;
  stop(): Promise<void>;
}

/** Opens a gate before a service at `target`. */
export async function openGate(target: string): Promise<Gate> {
  const calls: Gate['calls'] = [];
  const steps: Gate['steps'] = {};
  const server = createServer(async (req, res) => {
    calls.push({ method: req.method ?? '', path: req.url ?? '', requestId: String(req.headers['x-request-id']) });
    const { before, after, instead } = steps[req.method as Method] ?? {};
    await before?.();
    if (instead) return instead(req, res);
    const answer = await passOn(target, req);
    await after?.();
    await passBack(answer, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, steps, stop };
}

async function passOn(target: string, req: IncomingMessage): Promise<Response> {
  const body = await buffer(req);
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

/** A step that holds calls until they are let go; `arrived` resolves once one is held. */
export function hold() {
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
