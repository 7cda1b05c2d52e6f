import type { ExecutableOperation, Executor } from '../../platform/graphql/prepared-operations.ts';
import type { Caller, Identity } from './identity.ts';

/** The part of a request's context that tells subgraphs who calls. */
interface ForwardedContext {
  caller: Caller;
  /** The header that subgraphs get. Absent until the caller is known: what the client sent never goes on. */
  authorization?: string | undefined;
}

/** Lets an executor send subgraphs the header that belongs to the caller's identity, in place of the client's. */
export function forwardAccessToken(executor: Executor): Executor {
  return {
    ...executor,
    prepare: (operation) => {
      const { execute, sizeBytes } = executor.prepare(operation);
      const executeFor = (identity: Identity, request: Request) => {
        const context = request.context as ForwardedContext;
        context.authorization = identity.authorization;
        return execute(request);
      };
      return {
        sizeBytes,
        execute: (request) => {
          const identity = (request.context as ForwardedContext).caller.identity();
          return identity instanceof Promise
            ? identity.then((known) => executeFor(known, request))
            : executeFor(identity, request);
        },
      };
    },
  };
}

type Request = Parameters<ExecutableOperation['execute']>[0];
