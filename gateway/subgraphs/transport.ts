import type { Signal } from '../../platform/async/signal.ts';
import type { Operation } from '../../platform/graphql/operation-cache.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';

/** What goes with every call of a client's request, and ends it. */
export interface Call {
  authorization: string | undefined;
  requestId: string;
  isMutation: boolean;
  /** Who asks; of mutations alone, as nothing else depends on it. */
  client: ClientInfo | undefined;
  /** Aborts when nobody waits for the answer any more. */
  signal: Signal;
}

/** Carries operations to one subgraph. Rejects where the subgraph executed nothing, or its answer is no JSON. */
export interface Transport {
  /** The answer as it came, whatever it is. */
  send(operation: Operation, call: Call): Promise<unknown>;
  /** Cuts off what is still being asked. */
  close(): Promise<void>;
}

/** Of an answer, in bytes of its JSON. */
export const maxAnswerBytes = 32 * 1024 * 1024;
