import type { Executor } from '../platform/graphql/prepared-operations.ts';
import { rejectCollidingNames } from './execution/colliding-names.ts';
import { createCompiledExecutor, type ExecutorSettings } from './execution/compiled-executor.ts';
import { resolveConditions } from './execution/preprocessing/conditions.ts';
import { answerIntrospection } from './execution/preprocessing/introspection.ts';
import { renameReservedVariables } from './execution/preprocessing/reserved-variables.ts';

/** Executor of query plans: compiled functions, or Apollo's gateway. */
export type ExecutorName = 'compiled' | 'apollo';

/** Creates an executor, which receives the clients' operations as Apollo's planner plans them rightly. */
export async function createExecutor(name: ExecutorName, settings: ExecutorSettings): Promise<Executor> {
  const executor = name === 'compiled' ? createCompiledExecutor(settings) : await loadApolloExecutor(settings);
  const preprocessed = resolveConditions(answerIntrospection(renameReservedVariables(executor)));
  return name === 'compiled' ? preprocessed : rejectCollidingNames(preprocessed, settings.supergraphSdl);
}

/** Imports Apollo's gateway only where it is used. */
async function loadApolloExecutor(settings: ExecutorSettings): Promise<Executor> {
  const { createApolloExecutor } = await import('./execution/apollo-executor.ts');
  return createApolloExecutor(settings);
}
