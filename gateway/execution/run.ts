import type { ApolloGateway } from '@apollo/gateway';

/** Runs one operation of a client's. */
export type Execute = ApolloGateway['executor'];
/** A client's request as the server hands it on. */
export type RequestContext = Parameters<Execute>[0];
export type Result = Awaited<ReturnType<Execute>>;

export type Data = Record<string, unknown>;

/** One run of a plan: what came in, and what has been gathered of the answer so far. */
export interface Run {
  requestContext: RequestContext;
  /** As the client sent them. */
  variables: Data;
  /** What the subgraphs answered, merged: more than was asked for, and in the plan's order. */
  data: Data;
  /** What failed: GraphQL errors, and whatever else was thrown while a subgraph was asked. */
  errors: unknown[];
}

/** A compiled node of a plan: asks subgraphs, and merges into `data` and `errors`. */
export type Step = (run: Run) => Promise<void>;
