import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from './logger.ts';

/** One line a request: its id, operation, duration and error codes. No variable, header or result is in it. */
export function logRequests<Context extends { requestId: string }>(log: Logger): ApolloServerPlugin<Context> {
  if (!log.isLevelEnabled('info')) return {};
  return {
    requestDidStart: async () => {
      const startedAt = performance.now();
      return {
        willSendResponse: async ({ contextValue, operation, operationName, response }) => {
          const errors = response.body.kind === 'single' ? (response.body.singleResult.errors ?? []) : [];
          log.info(
            {
              requestId: contextValue.requestId,
              kind: operation?.operation,
              operation: operationName?.slice(0, 100),
              ms: Math.round(performance.now() - startedAt),
              ...(errors.length > 0 && { codes: [...new Set(errors.map((error) => error.extensions?.code))] }),
            },
            'answered',
          );
        },
      };
    },
  };
}
