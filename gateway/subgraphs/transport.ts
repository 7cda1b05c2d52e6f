import type { Signal } from '../../platform/async/signal.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import type { SubgraphOperation } from '../execution/run.ts';

/** The part of a client's request that goes with every call. */
export interface Call {
  authorization: string | undefined;
  requestId: string;
  isMutation: boolean;
  /** The client's document is a trusted one: the subgraph, too, applies no limit of cost to it. */
  isTrusted?: boolean | undefined;
  /** The client, for mutations only: nothing else depends on it. */
  client: ClientInfo | undefined;
  /** Aborts when the response is no longer needed. */
  signal: Signal;
}

/**
 * Sends a prepared operation. Rejects if the subgraph executed nothing, or its response is no JSON, and with
 * RESPONSE_TOO_LARGE.
 */
export type Send = (variables: Record<string, unknown>, call: Call) => Promise<unknown>;

/** Carries operations to one subgraph. */
export interface Transport {
  /** Prepares an operation for being sent again and again. */
  prepare(operation: SubgraphOperation): Send;
  /** Cuts off calls in flight. */
  close(): Promise<void>;
}
