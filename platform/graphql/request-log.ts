import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import type { Logger } from '../process/logger.ts';

interface Answered {
  requestId: string;
  operation?: OperationDefinitionNode | undefined;
  /** By `performance.now`. */
  startedAt: number;
  /** Of the errors in the answer. */
  codes?: unknown[];
}

/** One line a request: its id, operation, duration and error codes. No variable, header or result is in it. */
export function logAnswered(log: Logger, { requestId, operation, startedAt, codes = [] }: Answered): void {
  if (!log.isLevelEnabled('info')) return;
  const line = {
    requestId,
    kind: operation?.operation,
    operation: operation?.name?.value.slice(0, 100),
    ms: Math.round(performance.now() - startedAt),
    ...(codes.length > 0 && { codes: [...new Set(codes)] }),
  };
  log.info(line, 'answered');
}

/** Logs what Apollo Server answers. */
export function logRequests<Context extends { requestId: string }>(log: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => {
      const startedAt = performance.now();
      return {
        willSendResponse: async ({ contextValue: { requestId }, operation, response: { body } }) => {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          const codes = errors.map((error) => error.extensions?.code);
          logAnswered(log, { requestId, operation, startedAt, codes });
        },
      };
    },
  };
}
