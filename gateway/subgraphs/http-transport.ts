import { type Dispatcher, errors, Pool } from 'undici';
import type { Signal } from '../../platform/async/signal.ts';
import { defaultMaxResponseBytes, responseTooLarge } from '../../platform/graphql/execution/response-size.ts';
import { OperationTooLargeError } from '../../platform/graphql/server.ts';
import { largeBodyBytes } from '../../platform/http/responses.ts';
import type { SignRequest } from '../../platform/signatures/request-signer.ts';
import type { Call, Transport } from './transport.ts';

/** For queries, and as many for mutations: more than a subgraph queues, so that the subgraph is what rejects. */
const maxConnections = 64;
/** A response's JSON ends with one. */
const lineEndBytes = 1;

export interface HttpTransportSettings {
  /** Signs each request. Without it, the subgraph cannot trust a client's address, and gets none. */
  signRequest?: SignRequest;
  /** Limit of the JSON of one response; `defaultMaxResponseBytes` if omitted. */
  maxResponseBytes?: number | undefined;
}

/** Carries operations over HTTP with connections kept alive, to a subgraph at `url` (absolute http or https). */
export function createHttpTransport(
  url: string,
  { signRequest, maxResponseBytes = defaultMaxResponseBytes }: HttpTransportSettings = {},
): Transport {
  const { origin, pathname: path } = new URL(url);
  const createPool = () =>
    new Pool(origin, { connections: maxConnections, maxResponseSize: maxResponseBytes + lineEndBytes });
  // Mutations may queue at the subgraph, for passwords or the image service: queries do not queue behind them.
  const pools = { queries: createPool(), mutations: createPool() };

  return {
    prepare: (operation) => {
      // Everything but the variables is the same each time.
      const bodyStart = `${JSON.stringify(operation).slice(0, -1)},"variables":`;
      return (variables, call) => {
        const pool = call.isMutation ? pools.mutations : pools.queries;
        const { signal } = call;
        const body = bodyOf(bodyStart, variables);
        const headers = signRequest ? signedHeadersOf(call, { path, body, signRequest }) : {};
        headers['content-type'] = 'application/json';
        headers['x-request-id'] = call.requestId;
        if (call.authorization !== undefined) headers.authorization = call.authorization;
        return new Promise((resolve, reject) => {
          const pending = { signal, maxResponseBytes, resolve, reject };
          pool.dispatch({ method: 'POST', path, body, headers }, new ResponseHandler(pending));
        });
      };
    },
    close: async () => {
      await Promise.all([pools.queries.destroy(), pools.mutations.destroy()]);
    },
  };
}

/** Writes a large body as bytes at once: the signature and the connection would each make them of a text. */
function bodyOf(start: string, variables: Record<string, unknown>): string | Buffer {
  const text = `${start}${JSON.stringify(variables)}}`;
  return text.length > largeBodyBytes ? Buffer.from(text) : text;
}

/** The headers that a subgraph believes only if the request is signed. */
function signedHeadersOf(
  { authorization, isTrusted, client }: Call,
  { path, body, signRequest }: { path: string; body: string | Buffer; signRequest: SignRequest },
): Record<string, string> {
  // The client's address is unknown once its connection is closed.
  const clientAddress = client?.address || undefined;
  const trustedDocument = isTrusted ? '1' : undefined;
  const headers = signRequest({ method: 'POST', path, body, authorization, clientAddress, trustedDocument });
  // A character that a header must not have (RFC 9110, section 5.5) would make the whole call fail.
  if (client?.userAgent !== undefined) headers['user-agent'] = client.userAgent.replace(/[^\t -~\x80-\xff]/g, '');
  return headers;
}

interface PendingCall {
  signal: Signal;
  /** For the error of a longer response. */
  maxResponseBytes: number;
  resolve: (response: unknown) => void;
  reject: (error: unknown) => void;
}

/** Gathers one response. A subgraph responds 200 to everything that it executed; any other status is a failure. */
class ResponseHandler implements Dispatcher.DispatchHandler {
  readonly #call: PendingCall;
  #controller: Dispatcher.DispatchController | undefined;
  readonly #chunks: Buffer[] = [];
  #status = 0;

  constructor(call: PendingCall) {
    this.#call = call;
    call.signal.addEventListener('abort', () => this.#abort());
  }

  /** A call that waits for a connection has no request yet that could be aborted. */
  #abort(): void {
    const { signal, reject } = this.#call;
    reject(signal.reason);
    this.#controller?.abort(signal.reason as Error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#call.signal.aborted) this.#abort();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { resolve, reject } = this.#call;
    try {
      resolve(parseResponse(this.#status, this.#chunks));
    } catch (error) {
      reject(error);
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const { reject, maxResponseBytes } = this.#call;
    reject(error instanceof errors.ResponseExceededMaxSizeError ? responseTooLarge(maxResponseBytes) : error);
  }
}

function parseResponse(status: number, chunks: Buffer[]): unknown {
  const [first] = chunks;
  const text = (first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString();
  if (status === 413) throw new OperationTooLargeError('The subgraph reads no operation of this size.');
  if (status !== 200) throw new Error(`The subgraph responded with status ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
