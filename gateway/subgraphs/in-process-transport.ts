import type { Signal } from '../../platform/async/signal.ts';
import type { ExecuteInProcess } from '../../platform/graphql/server.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import { fitsInJson } from '../../platform/json.ts';
import { maxAnswerBytes, type Transport } from './transport.ts';

/** Who asks where no client is named: the gateway, from here. */
const gateway: ClientInfo = { address: '127.0.0.1', userAgent: undefined };

/** Carries operations to a subgraph in this process, with what the network would hold them to. */
export function createInProcessTransport(execute: ExecuteInProcess): Transport {
  return {
    async send(operation, { authorization, requestId, client = gateway, signal }) {
      if (signal.aborted) throw signal.reason;
      const executing = execute(operation, { authorization, requestId, clientGone: signal, client: () => client });
      const answer = await unlessAborted(executing, signal);
      if (!fitsInJson(answer, maxAnswerBytes)) throw new Error(`The answer is over ${maxAnswerBytes} bytes.`);
      return answer;
    },
    close: async () => {},
  };
}

/** Rejects as soon as nobody waits any more; what runs on has nobody to tell. */
function unlessAborted<Value>(promise: Promise<Value>, signal: Signal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    promise.then(resolve, reject);
  });
}
