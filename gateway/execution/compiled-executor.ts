import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { type ApolloLogger, createApolloFallback } from './apollo-fallback.ts';
import { type OnRun, prepareOperation } from './compiled-operation.ts';
import { createPlanner } from './planner.ts';
import type { SubgraphService } from './run.ts';

export interface ExecutorSettings {
  supergraphSdl: string;
  /** Called once for each subgraph of the supergraph. Throws for one that it does not know. */
  buildService: (definition: { name: string; url?: string }) => SubgraphService;
  logger: ApolloLogger;
}

/**
 * Creates an executor that plans operations with Apollo's query planner and compiles each plan, and the shape of its
 * response, into functions. What it cannot compile is run by Apollo's functions.
 */
export function createCompiledExecutor({
  supergraphSdl,
  buildService,
  logger,
  onRun,
}: ExecutorSettings & { onRun?: OnRun }): Executor {
  const planner = createPlanner(supergraphSdl);
  const services = Object.fromEntries(
    planner.subgraphs.map((definition) => [definition.name, buildService(definition)]),
  );
  const fallback = createApolloFallback({ planner, services, logger });
  return {
    schema: planner.schema,
    prepare: (operation) => prepareOperation(operation, { planner, services, fallback, onRun }),
  };
}
