import { onTestFinished } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';

/**
 * A fault of one request. CUT closes the connection unexecuted; LOSE_RESPONSE executes the request and then closes the
 * connection; HANG never responds; an object replaces or delays the response.
 */
export type Fault = 'CUT' | 'LOSE_RESPONSE' | 'HANG' | { status?: number; body?: string; after?: Promise<unknown> };

/** A request to the proxy. */
export interface SeenRequest {
  /** The name of the operation. */
  operation: string;
  authorization: string | undefined;
  variables: Record<string, unknown>;
}

/** An HTTP proxy for a gateway that injects planned faults and forwards all other requests. */
export interface Proxy {
  url: string;
  seen: SeenRequest[];
  /** The names of the operations that the gateway has executed, even if the response was lost. */
  executed: string[];
  /** Plans faults for the next requests, or for the next requests of one operation. */
  next(faults: Fault[], operation?: string): void;
}

export async function startProxy(gateway: string): Promise<Proxy> {
  const seen: SeenRequest[] = [];
  const executed: string[] = [];
  const planned: { fault: Fault; operation: string | undefined }[] = [];

  const faultOf = (operation: string): Fault | undefined => {
    const index = planned.findIndex((plan) => plan.operation === undefined || plan.operation === operation);
    return index < 0 ? undefined : planned.splice(index, 1)[0]?.fault;
  };

  const forward = async (body: Buffer, authorization: string | undefined) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const response = await fetch(gateway, { method: 'POST', headers, body });
    return { status: response.status, body: await response.text() };
  };

  const server = await listen(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return void response.end();
    const body = Buffer.concat(await request.toArray());
    const { query, variables = {} } = JSON.parse(body.toString()) as { query: string } & Pick<SeenRequest, 'variables'>;
    const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
    const { authorization } = request.headers;
    seen.push({ operation, authorization, variables });
    const fault = faultOf(operation);
    if (fault === 'CUT') return void request.socket.destroy();
    if (fault === 'HANG') return;
    const { status, body: replacement, after } = typeof fault === 'object' ? fault : {};
    const answer = replacement === undefined ? await forward(body, authorization) : { status: 200, body: replacement };
    if (replacement === undefined) executed.push(operation);
    await after;
    if (fault === 'LOSE_RESPONSE') return void request.socket.destroy();
    response.writeHead(status ?? answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  onTestFinished(server.stop);
  return {
    url: server.url,
    seen,
    executed,
    next: (faults, operation) => void planned.push(...faults.map((fault) => ({ fault, operation }))),
  };
}

/** A gateway's response with one error. */
export function errorResponse(code: string, more: Record<string, unknown> = {}) {
  return { body: JSON.stringify({ data: null, errors: [{ message: 'No.', extensions: { code, ...more } }] }) };
}

/** A promise that a test resolves; `Promise.withResolvers` needs Node 22. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
