import { onTestFinished } from 'vitest';
import { listen } from '../../../tests/support/servers.ts';

/** What is done to one request: it is cut off, done and its answer lost, never answered, or answered otherwise or later. */
export type Fault = 'CUT' | 'LOSE_ANSWER' | 'HANG' | { status?: number; body?: string; after?: Promise<unknown> };

/** What came to the proxy. */
export interface Seen {
  /** The name of the operation. */
  operation: string;
  authorization: string | undefined;
  variables: Record<string, unknown>;
}

/** A real server before a gateway, which does what it is told to the next requests, and hands on all others. */
export interface Proxy {
  url: string;
  seen: Seen[];
  /** The names of the operations that the gateway has done, whatever has become of its answers. */
  done: string[];
  /** Where it is given, for requests of one operation only. */
  next(faults: Fault[], operation?: string): void;
}

export async function startProxy(gateway: string): Promise<Proxy> {
  const seen: Seen[] = [];
  const done: string[] = [];
  const planned: { fault: Fault; operation: string | undefined }[] = [];

  const faultOf = (operation: string): Fault | undefined => {
    const index = planned.findIndex((plan) => plan.operation === undefined || plan.operation === operation);
    return index < 0 ? undefined : planned.splice(index, 1)[0]?.fault;
  };

  const handOn = async (body: Buffer, authorization: string | undefined) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const response = await fetch(gateway, { method: 'POST', headers, body });
    return { status: response.status, body: await response.text() };
  };

  const server = await listen(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return void response.end();
    const body = Buffer.concat(await request.toArray());
    const { query, variables = {} } = JSON.parse(body.toString()) as { query: string } & Pick<Seen, 'variables'>;
    const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
    const { authorization } = request.headers;
    seen.push({ operation, authorization, variables });
    const fault = faultOf(operation);
    if (fault === 'CUT') return void request.socket.destroy();
    if (fault === 'HANG') return;
    const otherwise = typeof fault === 'object' ? fault : {};
    const answer =
      otherwise.body === undefined ? await handOn(body, authorization) : { status: 200, body: otherwise.body };
    if (otherwise.body === undefined) done.push(operation);
    await otherwise.after;
    if (fault === 'LOSE_ANSWER') return void request.socket.destroy();
    response.writeHead(otherwise.status ?? answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  onTestFinished(server.stop);
  return {
    url: server.url,
    seen,
    done,
    next: (faults, operation) => void planned.push(...faults.map((fault) => ({ fault, operation }))),
  };
}

/** An answer that refuses with a code, as a gateway writes it. */
export function refusal(code: string, more: Record<string, unknown> = {}) {
  return { body: JSON.stringify({ data: null, errors: [{ message: 'No.', extensions: { code, ...more } }] }) };
}

/** A promise that a test keeps in its own time. */
export function promised(): { promise: Promise<void>; keep: () => void } {
  let keep = () => {};
  const promise = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
}
