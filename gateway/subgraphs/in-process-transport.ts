import type { Signal } from '../../platform/async/signal.ts';
import type { ExecuteInProcess } from '../../platform/graphql/server.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import type { Transport } from './transport.ts';

/** The client of calls that name none: this process. */
const gateway: ClientInfo = { address: '127.0.0.1', userAgent: undefined };

/** Carries operations to a subgraph in this process, within the limits that HTTP would set. */
export function createInProcessTransport(execute: ExecuteInProcess): Transport {
  return {
    prepare:
      ({ query, operationName }) =>
      async (variables, { authorization, requestId, client = gateway, isTrusted, signal }) => {
        if (signal.aborted) throw signal.reason;
        const operation = { query, variables, operationName };
        const request = { authorization, requestId, clientGone: signal, client: () => client, isTrusted };
        return unlessAborted(execute(operation, request), signal);
      },
    close: async () => {},
  };
}

/** Rejects as soon as the signal aborts; the operation runs on, a stop waits for it, and its result is ignored. */
function unlessAborted<Value>(promise: Promise<Value>, signal: Signal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    promise.then(resolve, reject);
  });
}
