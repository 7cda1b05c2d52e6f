import { onTestFinished } from 'vitest';
import { listen } from '../../tests/servers.ts';

/** What is done to one request instead of handing it on: cut off, answered otherwise, or done and its answer lost. */
export type Fault = 'CUT' | 'LOSE_ANSWER' | 'HANG' | { status?: number; body: string };

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
  /** Where it is given, for requests of one operation only. */
  next(faults: Fault[], operation?: string): void;
  /** Answers these only when all of them have come. */
  holdUntil(count: number): void;
}

export async function startProxy(gateway: string): Promise<Proxy> {
  const seen: Seen[] = [];
  const planned: { fault: Fault; operation: string | undefined }[] = [];
  let held: (() => void)[] = [];
  let holdCount = 0;

  const faultOf = (operation: string): Fault | undefined => {
    const index = planned.findIndex((plan) => plan.operation === undefined || plan.operation === operation);
    return index < 0 ? undefined : planned.splice(index, 1)[0]?.fault;
  };

  const waitForOthers = () =>
    new Promise<void>((resolve) => {
      held.push(resolve);
      if (held.length < holdCount) return;
      holdCount = 0;
      for (const release of held) release();
      held = [];
    });

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
    if (typeof fault === 'object') return void response.writeHead(fault.status ?? 200).end(fault.body);
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const answer = await fetch(gateway, { method: 'POST', headers, body });
    const text = await answer.text();
    if (fault === 'LOSE_ANSWER') return void request.socket.destroy();
    if (holdCount > 0) await waitForOthers();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  onTestFinished(server.stop);
  return {
    url: server.url,
    seen,
    next: (faults, operation) => void planned.push(...faults.map((fault) => ({ fault, operation }))),
    holdUntil: (count) => {
      holdCount = count;
    },
  };
}

/** An answer that refuses with a code, as a gateway writes it. */
export function refusal(code: string, more: Record<string, unknown> = {}): Fault {
  return { body: JSON.stringify({ data: null, errors: [{ message: 'No.', extensions: { code, ...more } }] }) };
}
