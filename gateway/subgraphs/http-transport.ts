import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import type { Signal } from '../../platform/async/signal.ts';
import type { Operation } from '../../platform/graphql/operation-cache.ts';
import { clientAddressHeader } from '../../platform/http/client-address.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import { type Call, maxAnswerBytes, type Transport } from './transport.ts';

/** For queries, and as many for mutations: more than a subgraph lets wait, so that it is the subgraph which refuses. */
const maxConnections = 64;
/** Of plans, whose first half of a body is kept. */
const maxRememberedQueries = 1_000;

export interface HttpTransportSettings {
  /** Gives an address in the form that the subgraph believes; where it is left out, the subgraph is not told who asks. */
  signAddress?: (address: string) => string;
}

/** Carries operations over HTTP with connections kept alive, to a subgraph at `url` (absolute http or https). */
export function createHttpTransport(url: string, { signAddress }: HttpTransportSettings = {}): Transport {
  const { origin, pathname: path } = new URL(url);
  const createPool = () => new Pool(origin, { connections: maxConnections, maxResponseSize: maxAnswerBytes });
  // Mutations may queue at the subgraph, for passwords or the image service: queries do not queue behind them.
  const pools = { queries: createPool(), mutations: createPool() };
  const writeBody = bodyWriter();

  return {
    send: (operation, call) => {
      const pool = call.isMutation ? pools.mutations : pools.queries;
      const { client, signal } = call;
      const headers =
        client && signAddress ? [...headersFor(call), ...headersOf(client, signAddress)] : headersFor(call);
      const request = { path, method: 'POST', headers, body: writeBody(operation) } as const;
      return new Promise((resolve, reject) => pool.dispatch(request, answerHandler({ signal, resolve, reject })));
    },
    close: async () => {
      await Promise.all([pools.queries.destroy(), pools.mutations.destroy()]);
    },
  };
}

function headersFor({ authorization, requestId }: Call): string[] {
  const headers = ['content-type', 'application/json', 'x-request-id', requestId];
  return authorization === undefined ? headers : [...headers, 'authorization', authorization];
}

function headersOf({ address, userAgent }: ClientInfo, signAddress: (address: string) => string): string[] {
  const headers = [clientAddressHeader, signAddress(address)];
  // What may not stand in a header (RFC 9110, section 5.5) would make the whole call fail.
  return userAgent === undefined ? headers : [...headers, 'user-agent', userAgent.replace(/[^\t -~\x80-\xff]/g, '')];
}

/** All but the variables of a body is the same each time that a plan runs. */
function bodyWriter(): (operation: Operation) => string {
  const beginnings = new LRUCache<string, string>({ max: maxRememberedQueries });
  return ({ query, operationName, variables = {} }) => {
    let beginning = beginnings.get(query);
    if (beginning === undefined) {
      beginning = `${JSON.stringify({ query, operationName }).slice(0, -1)},"variables":`;
      beginnings.set(query, beginning);
    }
    return `${beginning}${JSON.stringify(variables)}}`;
  };
}

interface Waiting {
  signal: Signal;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

/** Gathers one answer. A subgraph answers 200 to all that it executed; anything else means that it cannot be talked to. */
function answerHandler({ signal, resolve, reject }: Waiting): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let status = 0;
  // As long as it waits for a connection, there is nothing yet that could be ended.
  signal.addEventListener('abort', () => reject(signal.reason));
  return {
    onRequestStart(controller) {
      if (signal.aborted) controller.abort(signal.reason as Error);
      else signal.addEventListener('abort', () => controller.abort(signal.reason as Error));
    },
    onResponseStart(_, statusCode) {
      status = statusCode;
    },
    onResponseData(_, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      try {
        resolve(readAnswer(status, chunks));
      } catch (error) {
        reject(error);
      }
    },
    onResponseError(_, error) {
      reject(error);
    },
  };
}

function readAnswer(status: number, chunks: Buffer[]): unknown {
  const [first] = chunks;
  const text = (first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString();
  if (status !== 200) throw new Error(`The subgraph answered ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
