import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Answers a call; it may have the service act before, or later. */
type Instead = (req: IncomingMessage, res: ServerResponse, passOn: () => Promise<Response>) => unknown;

/** What a gate does with calls of a method: something before it passes them on, something before it passes the answer back. */
export interface Step {
  before?: () => unknown;
  after?: () => unknown;
  /** Answers instead of the service, which hears of the call only where this passes it on. */
  instead?: Instead;
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
  const gate: Pick<Gate, 'calls' | 'steps'> = { calls: [], steps: {} };
  const server = createServer(async (req, res) => {
    gate.calls.push({ method: req.method ?? '', path: req.url ?? '', requestId: String(req.headers['x-request-id']) });
    const { before, after, instead } = gate.steps[req.method as Method] ?? {};
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
  return Object.assign(gate, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop });
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

/** The service does what it is asked for, and its answer gets lost. */
export const lost: Step = {
  instead: async ({ socket }, _, passOn) => {
    await passOn();
    socket.destroy();
  },
};

/** A step that takes calls in and breaks their connections; the service has them only once `land` is called. */
export function delay() {
  const taken: (() => Promise<Response>)[] = [];
  const instead: Instead = ({ socket }, _, passOn) => {
    taken.push(passOn);
    socket.destroy();
  };
  /** Gives what the service answers each of them with. */
  const land = async () => {
    const answers = await Promise.all(taken.map((passOn) => passOn()));
    return answers.map(({ status }) => status);
  };
  return { instead, land };
}
