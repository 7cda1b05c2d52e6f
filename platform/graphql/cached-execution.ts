import type { BaseContext } from '@apollo/server';
import type { Logger } from '../process/logger.ts';
import type { Operation, OperationCache, Result } from './operation-cache.ts';
import { logAnswered } from './request-log.ts';

/** A clean answer; or the context for Apollo Server to go on with, where it must look or has to report something. */
export type CachedResult<Context> = { data: Record<string, unknown> } | { context: Context };

/** Executes the body of a request where its operation is familiar. */
export type ExecuteCached<Context extends BaseContext> = (
  body: unknown,
  context: Context,
) => Promise<CachedResult<Context>> | CachedResult<Context>;

/** The short way of a request that has come before and goes well; everything else is left to Apollo Server. */
export function createCachedExecution<Context extends BaseContext & { requestId: string }>(
  familiar: OperationCache,
  log: Logger,
): ExecuteCached<Context> {
  return (body, context) => {
    const startedAt = performance.now();
    const executing = isOperation(body) && familiar.execute(body, context);
    if (!executing) return { context };
    return executing.then(({ result, operation }) => {
      if (!isClean(result)) return { context: familiar.withResult(context, result) };
      logAnswered(log, { requestId: context.requestId, operation, startedAt });
      return { data: result.data };
    });
  };
}

function isClean(result: Result): result is { data: Record<string, unknown> } {
  const { data, errors, extensions } = result;
  return Boolean(data) && errors === undefined && extensions === undefined;
}

/** Whether a body is nothing but an operation: what else it may hold, and what is wrong with it, Apollo Server knows. */
function isOperation(body: unknown): body is Operation {
  if (typeof body !== 'object' || body === null) return false;
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const hasVariables = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  return (
    typeof query === 'string' &&
    (variables === undefined || hasVariables) &&
    (operationName === undefined || (typeof operationName === 'string' && operationName !== '')) &&
    extensions === undefined
  );
}
