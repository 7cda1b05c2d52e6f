import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import type { Logger } from '../process/logger.ts';
import { createErrorFormatter, type PublicErrors } from './error-formatting.ts';
import type { Execution, RequestContext } from './execute.ts';
import { createPersistedQueryCache } from './persisted-queries.ts';
import type { Respond } from './respond.ts';

/** The context that Apollo Server has. */
export interface ApolloContext extends RequestContext {
  outcome?: ApolloOutcome;
}

/** Filled in by Apollo Server's plugin, for a caller that answers by itself. */
export interface ApolloOutcome {
  /** The response to a request that reached GraphQL. */
  result?: FormattedExecutionResult;
  /** The error of Apollo Server itself, which its response hides. */
  error?: unknown;
}

export interface ApolloServerSettings {
  schema: GraphQLSchema;
  /** Applied beside those of the specification. */
  validationRules: ValidationRule[];
  /** Accepts automatic persisted queries. */
  acceptsPersistedQueries: boolean;
  execution: Execution;
  respond: Respond;
  publicErrors: PublicErrors;
  log: Logger;
}

/**
 * Creates the Apollo Server that looks at what is new: it reads GET requests, parses, validates, and explains what is
 * wrong. Valid operations go to `execution`, and from then on no longer come here.
 */
export function createApolloServer(settings: ApolloServerSettings): ApolloServer<ApolloContext> {
  const { schema, validationRules, acceptsPersistedQueries, publicErrors, log } = settings;
  return new ApolloServer<ApolloContext>({
    schema,
    persistedQueries: acceptsPersistedQueries && { cache: createPersistedQueryCache() },
    validationRules,
    // Every request has been checked: by its content type, or by `checkPreflight`.
    csrfPrevention: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // Prepared operations are cached by `execution`; a second cache would hold each document twice.
    documentStore: null,
    // Applies to requests that are no GraphQL at all, which plugins do not see.
    formatError: createErrorFormatter(publicErrors),
    // The HTTP handler writes results with data by itself, and logs what it cannot write.
    stringifyResult: async (result) => (result.data === undefined ? `${JSON.stringify(result)}\n` : ''),
    logger: log,
    plugins: [
      // An environment variable of Apollo's would otherwise turn these on.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      executeWith(settings),
    ],
  });
}

function executeWith({ execution, respond }: ApolloServerSettings): ApolloServerPlugin<ApolloContext> {
  return {
    unexpectedErrorProcessingRequest: async ({ requestContext, error }) => {
      const { outcome } = requestContext.contextValue;
      if (outcome) outcome.error = error;
    },
    requestDidStart: async ({ contextValue: { outcome, ...context } }) => {
      const startedAt = performance.now();
      const { requestId, clientGone } = context;
      return {
        didResolveOperation: async ({ operation }) => requireOperation(operation),
        responseForOperation: async ({ source, document, operation, request }) => {
          const { variables, operationName } = request;
          const {
            status,
            headers = {},
            body,
          } = await execution.executeValid(
            { source, document, operation, operationName },
            { variables, context, startedAt },
          );
          const http = { status, headers: headerMap(headers) };
          return { body: { kind: 'single', singleResult: body }, http };
        },
        willSendResponse: async ({ errors, operation, response }) => {
          // Errors of execution are in the response already; these are of a document that was not executed.
          if (errors) {
            const about = operation && { kind: operation.operation, name: operation.name?.value };
            const { body } = respond({ errors }, { requestId, clientGone, operation: about, startedAt });
            response.body = { kind: 'single', singleResult: body };
          }
          if (outcome && response.body?.kind === 'single') outcome.result = response.body.singleResult;
        },
      };
    },
  };
}

function headerMap(headers: Readonly<Record<string, string>>): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) map.set(name, value);
  return map;
}

/** Rejects an operation that no executor has: one that the document does not hold, or a subscription. */
function requireOperation(operation: OperationDefinitionNode | undefined): void {
  if (!operation)
    throw resolutionFailure('The document holds no such operation: send the operationName of one that it holds.');
  if (operation.operation === 'subscription')
    throw resolutionFailure('Subscriptions are not supported: send a query instead.');
}

function resolutionFailure(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
}
