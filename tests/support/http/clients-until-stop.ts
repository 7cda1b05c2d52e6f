import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Requests of which each leaves a trace under its name when it is executed. */
export interface NamedRequests {
  url: string;
  headers: Record<string, string>;
  bodyOf(name: string): string;
}

export interface Ledger {
  /** Names of requests that were answered with a success, in order. */
  answered: string[];
  /** Names of requests whose connection was closed or reset without a response. */
  unanswered: string[];
  /** Responses that tell of a failure. */
  failures: string[];
}

/**
 * `patient` clients send the next request when a connection was closed without a response, `retrying` ones the same
 * request again, and `pipelining` ones send three requests at once.
 */
export type ClientKind = 'patient' | 'retrying' | 'pipelining';

/** Runs a client with one connection at a time, until the server refuses connections. */
export function runUntilStopped(kind: ClientKind, name: string, requests: NamedRequests, ledger: Ledger) {
  return kind === 'pipelining' ? runPipelining(name, requests, ledger) : runOneByOne(kind, name, requests, ledger);
}

async function runOneByOne(kind: ClientKind, client: string, requests: NamedRequests, ledger: Ledger): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let count = 0;
  for (;;) {
    const name = `${client}-${count}`;
    try {
      noteResponse(await post(agent, requests, name), name, ledger);
      count += 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') break;
      if (kind === 'patient') {
        ledger.unanswered.push(name);
        count += 1;
      }
    }
  }
  agent.destroy();
}

async function post(agent: Agent, { url, headers, bodyOf }: NamedRequests, name: string): Promise<string> {
  const sending = request(url, { method: 'POST', agent, headers }).end(bodyOf(name));
  const [response] = await once(sending, 'response');
  return text(response);
}

async function runPipelining(client: string, requests: NamedRequests, ledger: Ledger): Promise<void> {
  const { hostname, port } = new URL(requests.url);
  for (let count = 0; ; count += 3) {
    const names = [0, 1, 2].map((offset) => `${client}-${count + offset}`);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const responses: string[] = [];
    let received = '';
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        received += chunk;
        for (let body = takeResponse(received); body; body = takeResponse(received)) {
          received = body.rest;
          responses.push(body.text);
        }
        if (responses.length === names.length) socket.end();
      });
    socket.on('end', () => socket.end());
    // Not `once` of node:events, which rejects on a reset.
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const connected = await once(socket, 'connect').catch((error: NodeJS.ErrnoException) => error);
    if (connected instanceof Error && connected.code === 'ECONNREFUSED') return;
    socket.write(names.map((name) => asText(requests, name)).join(''));
    await closed;
    for (const [index, name] of names.entries()) {
      const response = responses[index];
      if (response === undefined) ledger.unanswered.push(name);
      else noteResponse(response, name, ledger);
    }
  }
}

function asText({ url, headers, bodyOf }: NamedRequests, name: string): string {
  const { host, pathname } = new URL(url);
  const body = bodyOf(name);
  const lines = Object.entries({ host, ...headers, 'content-length': Buffer.byteLength(body) });
  return `POST ${pathname} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${body}`;
}

/** Splits the first response off a text, if it is complete. Bodies must be ASCII. */
function takeResponse(received: string): { text: string; rest: string } | undefined {
  const [head = ''] = received.split('\r\n\r\n', 1);
  const bodyAt = head.length + 4;
  const end = bodyAt + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  return received.length >= end ? { text: received.slice(bodyAt, end), rest: received.slice(end) } : undefined;
}

function noteResponse(response: string, name: string, { answered, failures }: Ledger): void {
  if (/"errors"|"status_code"/.test(response)) failures.push(response);
  else answered.push(name);
}
