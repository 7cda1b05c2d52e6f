import { GraphQLError } from 'graphql';
import { ApiError } from '../../platform/api-error.ts';
import type { Result } from './run.ts';

/**
 * Completes a result of Apollo's executor. Where a subgraph has no list or no object in its place, Apollo's rules for
 * shaping the response give up with one plain error and no data; for the client, that subgraph is unavailable.
 */
export function completeUnfitResult(result: Result): Result {
  const { data, errors: [error, ...others] = [] } = result;
  const cause = error?.originalError;
  const isUnfit = data === undefined && others.length === 0 && cause && !(cause instanceof GraphQLError);
  if (!isUnfit) return result;
  const message = 'This part of the API is temporarily unavailable: try again.';
  const unavailable = new ApiError({ code: 'SERVICE_UNAVAILABLE' }, message, { cause });
  return { data: null, errors: [new GraphQLError(message, { originalError: unavailable })] };
}
