import { parse } from 'graphql';
import { readAuthorization } from '../platform/authorization/authorization.ts';
import { authorizationSpecifications } from '../platform/authorization/directive-requirements.ts';
import type { Policies } from '../platform/authorization/permissions.ts';
import { withoutSpecifications } from '../platform/federation/without-specifications.ts';
import type { Executor } from '../platform/graphql/prepared-operations.ts';
import { authorize } from './authorization/authorize.ts';
import { rejectCollidingNames } from './execution/colliding-names.ts';
import { createCompiledExecutor, type ExecutorSettings } from './execution/compiled-executor.ts';
import { writeOutAbstractFragments } from './execution/preprocessing/abstract-fragments.ts';
import { resolveConditions } from './execution/preprocessing/conditions.ts';
import { answerIntrospection } from './execution/preprocessing/introspection.ts';
import { renameReservedVariables } from './execution/preprocessing/reserved-variables.ts';

/** Executor of query plans: compiled functions, or Apollo's gateway. */
export type ExecutorName = 'compiled' | 'apollo';

/**
 * Creates an executor, which receives the clients' operations as Apollo's planner plans them rightly, and without the
 * fields that a caller may not use. Apollo's own code rejects a supergraph whose directives say so.
 */
export async function createExecutor(
  name: ExecutorName,
  { supergraphSdl, policies = {}, ...settings }: ExecutorSettings & { policies?: Policies },
): Promise<Executor> {
  const sdl = withoutSpecifications(supergraphSdl, authorizationSpecifications);
  const planning = { ...settings, supergraphSdl: sdl };
  const executor = name === 'compiled' ? createCompiledExecutor(planning) : await loadApolloExecutor(planning);
  const answering = answerIntrospection(renameReservedVariables(writeOutAbstractFragments(executor)));
  const authorizing = authorize(answering, readAuthorization(parse(supergraphSdl).definitions, policies));
  const preprocessed = resolveConditions(authorizing);
  return name === 'compiled' ? preprocessed : rejectCollidingNames(preprocessed, sdl);
}

/** Imports Apollo's gateway only where it is used. */
async function loadApolloExecutor(settings: ExecutorSettings): Promise<Executor> {
  const { createApolloExecutor } = await import('./execution/apollo-executor.ts');
  return createApolloExecutor(settings);
}
