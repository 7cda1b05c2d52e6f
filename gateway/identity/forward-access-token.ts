import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { type Caller, type Identity, personalAccessTokenIn } from './identity.ts';

interface CallerContext {
  authorization: string | undefined;
  caller: Caller;
}

/**
 * Lets an executor send access tokens only to the subgraphs: the one that a personal access token was exchanged for, and
 * none if it could not be exchanged.
 */
export function forwardAccessToken(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const { execute, sizeBytes } = executor.prepare(operation);
      return {
        sizeBytes,
        execute: async (request) => {
          const context = request.context as CallerContext;
          if (personalAccessTokenIn(context.authorization) === undefined) return execute(request);
          const authorization = headerOf(await context.caller.identity());
          return execute({ ...request, context: { ...context, authorization } });
        },
      };
    },
  };
}

function headerOf(identity: Identity): string | undefined {
  return 'viewer' in identity && identity.accessToken !== undefined ? `Bearer ${identity.accessToken}` : undefined;
}
