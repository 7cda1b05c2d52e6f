import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ApiError, type ApiErrorCode } from '../api-error.ts';
import type { Logger } from '../process/logger.ts';
import { redactErrorValues } from './redact-error-values.ts';

/** Which keys of `extensions` may leave with each refusal: the allow-list that every process applies to every error. */
const refusalKeys: Record<ApiErrorCode, readonly string[]> = {
  UNAUTHENTICATED: ['reason'],
  FORBIDDEN: [],
  BAD_USER_INPUT: ['problems'],
  INVALID_CREDENTIALS: [],
  INVALID_REFRESH_TOKEN: [],
  USERNAME_TAKEN: [],
  NOT_FOUND: [],
  CONFLICT: ['reason', 'currentVersion'],
  IMAGE_TOO_LARGE: ['maxBytes'],
  UNSUPPORTED_IMAGE: [],
  RATE_LIMITED: ['retryAfterSeconds'],
  IMAGE_SERVICE_UNAVAILABLE: [],
  SERVICE_UNAVAILABLE: [],
  PAYLOAD_TOO_LARGE: ['maxBytes'],
};

/** Every code that rules refuse with. */
export const apiErrorCodes = Object.keys(refusalKeys);

/** The codes of a request that GraphQL itself would not execute. They carry nothing but their message. */
const graphqlCodes = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** All that a client is told of a bug, beside the request's id. */
export const maskedMessage = 'Something went wrong on our side.';

/** A message may name what a client named, at any length. */
const maxMessageLength = 500;

/** Whether `code` is one of the closed list that rules refuse with. */
export function isApiErrorCode(code: unknown): code is ApiErrorCode {
  return typeof code === 'string' && Object.hasOwn(refusalKeys, code);
}

/**
 * An error as it may leave the process: known codes with the keys allowed to them, everything else masked. `error` is what
 * it was made of.
 */
export function formatError(formatted: GraphQLFormattedError, error?: unknown): GraphQLFormattedError {
  const { message, path, locations, extensions = {} } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (!publicKeys(extensions.code)) {
    return { message: maskedMessage, ...place, extensions: maskedExtensions(extensions) };
  }
  const shown = isOfGraphql(extensions) ? redactErrorValues(message, reasonOf(error)) : message;
  const cut = shown.length > maxMessageLength ? `${shown.slice(0, maxMessageLength)}…` : shown;
  return { message: cut, ...place, extensions: pickPublic(extensions) };
}

/** Whether GraphQL itself refused a document or its variables: what rules refuse as BAD_USER_INPUT has its problems. */
function isOfGraphql({ code, problems }: Record<string, unknown>): boolean {
  return code === 'BAD_USER_INPUT' ? problems === undefined : graphqlCodes.has(String(code));
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof GraphQLError ? error.originalError?.message : undefined;
}

/** The code, and the keys that may leave with it. */
export function pickPublic(extensions: Record<string, unknown>): Record<string, unknown> {
  const keys = ['code', ...(publicKeys(extensions.code) ?? [])].filter((key) => extensions[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, extensions[key]]));
}

function publicKeys(code: unknown): readonly string[] | undefined {
  if (isApiErrorCode(code)) return refusalKeys[code];
  return typeof code === 'string' && graphqlCodes.has(code) ? [] : undefined;
}

function maskedExtensions({ requestId }: Record<string, unknown>): Record<string, unknown> {
  return { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) };
}

/** Logs bugs whole, and what is unavailable with its cause; marks bugs with the request's id, which the client sees. */
export function reportErrors<Context extends { requestId: string }>(log: Logger): ApolloServerPlugin<Context> {
  const report = (error: GraphQLError, requestId: string) => {
    const err = unwrapResolverError(error);
    if (publicKeys(error.extensions.code)) {
      if (isUnavailable(err)) log.warn({ requestId, path: error.path, err }, 'unavailable');
      return;
    }
    error.extensions.requestId ??= requestId;
    log.error({ requestId, path: error.path, err }, 'bug');
  };
  return {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors, contextValue }) => {
        for (const error of errors) report(nameClientErrors(error), contextValue.requestId);
      },
    }),
  };
}

/** Whether a part that this process itself needs was away; another process's trouble stands in that one's log. */
function isUnavailable(err: unknown): boolean {
  return err instanceof ApiError && err.extensions.code.endsWith('UNAVAILABLE');
}

/** Apollo gives some refusals of its own a 4xx status and no code. */
function nameClientErrors(error: GraphQLError): GraphQLError {
  const { code, http } = error.extensions as { code?: unknown; http?: { status?: number } };
  if (code === undefined && http?.status && http.status < 500) error.extensions.code = 'BAD_REQUEST';
  return error;
}

/** Apollo's gateway tells in `extensions` which values of a subgraph's were not of their type: that is for the log. */
export function keepExtensionsInside<Context extends { requestId: string }>(log: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response, contextValue: { requestId } }) => {
        if (response.body.kind !== 'single') return;
        const { extensions } = response.body.singleResult;
        if (!extensions) return;
        log.warn({ requestId, extensions }, 'a subgraph answered what its schema has not');
        delete response.body.singleResult.extensions;
      },
    }),
  };
}

/** Refuses what a gateway would take for a bug of its own: an operation that is not there, or that no schema here offers. */
export function requireOperation<Context extends { requestId: string }>(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (!operation)
          throw unresolved('The document holds no such operation: send the operationName of one that it holds.');
        if (operation.operation === 'subscription')
          throw unresolved('There are no subscriptions here: ask by a query.');
      },
    }),
  };
}

function unresolved(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
}
