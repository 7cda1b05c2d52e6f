import type { GraphQLDataSource } from '@apollo/gateway';
import type { ExecutionResult } from 'graphql';

export type Data = Record<string, unknown>;

/** An operation as a query plan has it for a subgraph. */
export interface SubgraphOperation {
  query: string;
  operationName: string | undefined;
}

export type SubgraphResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Sends one operation to a subgraph, each time with other variables and the context of another request. */
export type SendToSubgraph = (variables: Data, context: object) => Promise<SubgraphResponse>;

/** A subgraph. Compiled operations call it by `prepare`, Apollo's executor by `process`. */
export interface SubgraphService extends GraphQLDataSource {
  /** Prepares an operation for being sent again and again. */
  prepare(operation: SubgraphOperation): SendToSubgraph;
}

/** One run of a plan: what came in, and what has been gathered so far. */
export interface Run {
  context: object;
  /** As the client sent them. */
  variables: Data;
  /** The data of the subgraphs, merged: more than the client requested, and in the plan's order. */
  data: Data;
  /** GraphQL errors, and whatever else was thrown while a subgraph was called. */
  errors: unknown[];
  /** Estimated JSON of the entities that were copied because they occur more than once. */
  copiedBytes: number;
}

export type Result = ExecutionResult;

/** A compiled node of a plan: calls subgraphs, and merges into `data` and `errors`. */
export type Step = (run: Run) => Promise<void>;

/** Adds to the estimated heap of what is compiled, in bytes. */
export type CountBytes = (bytes: number) => void;

/** Thrown while compiling, before any subgraph is called: only Apollo's executor can run this document or plan. */
export class UnsupportedPlanError extends Error {}

/** Thrown by a compiled shape: the data of the subgraphs does not fit the schema. */
export class ResponseShapeError extends Error {}
