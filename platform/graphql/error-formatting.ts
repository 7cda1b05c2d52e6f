import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ApiError } from '../api-error.ts';
import type { Logger } from '../process/logger.ts';
import { redactErrorValues } from './redact-error-values.ts';

/** The errors that clients may see, which every process applies to each of its errors; all others are masked. */
export interface PublicErrors {
  /** The API's codes, each with the keys of `extensions` that clients may see. */
  extensionKeys: Readonly<Record<string, readonly string[]>>;
  /** Codes of requests that GraphQL or Apollo Server does not execute; they carry only their message. */
  graphqlCodes: readonly string[];
}

/** All that a client is told of a bug, beside the request's id. */
export const maskedMessage = 'Something went wrong on our side.';

/** A message may name what a client named, at any length. */
const maxMessageLength = 500;

export type FormatError = (formatted: GraphQLFormattedError, error?: unknown) => GraphQLFormattedError;

/**
 * Creates the formatter for errors that leave the process: public codes keep the keys allowed for them, everything else is
 * masked. `error` is the original of the formatted one.
 */
export function createErrorFormatter(publicErrors: PublicErrors): FormatError {
  return ({ message, path, locations, extensions = {} }, error) => {
    const place = { ...(locations && { locations }), ...(path && { path }) };
    if (!publicKeys(publicErrors, extensions.code)) {
      return { message: maskedMessage, ...place, extensions: maskedExtensions(extensions) };
    }
    const isOfGraphql = isGraphqlError(publicErrors, extensions);
    const shown = isOfGraphql ? redactErrorValues(message, reasonOf(error)) : message;
    const cut = shown.length > maxMessageLength ? `${shown.slice(0, maxMessageLength)}…` : shown;
    return { message: cut, ...place, extensions: pickPublic(publicErrors, extensions) };
  };
}

/** Whether GraphQL itself rejected a document or its variables. The rules' own BAD_USER_INPUT has `problems`. */
function isGraphqlError({ graphqlCodes }: PublicErrors, { code, problems }: Record<string, unknown>): boolean {
  return code === 'BAD_USER_INPUT' ? problems === undefined : graphqlCodes.includes(String(code));
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof GraphQLError ? error.originalError?.message : undefined;
}

/** Whether `code` is one of the API's, which a client sees with its message. */
export function isApiErrorCode({ extensionKeys }: PublicErrors, code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(extensionKeys, code);
}

/** The code, and the keys that a client may see with it. */
export function pickPublic(publicErrors: PublicErrors, extensions: Record<string, unknown>): Record<string, unknown> {
  const keys = ['code', ...(publicKeys(publicErrors, extensions.code) ?? [])];
  return Object.fromEntries(keys.flatMap((key) => (extensions[key] === undefined ? [] : [[key, extensions[key]]])));
}

function publicKeys(publicErrors: PublicErrors, code: unknown): readonly string[] | undefined {
  if (isApiErrorCode(publicErrors, code)) return publicErrors.extensionKeys[code];
  return typeof code === 'string' && publicErrors.graphqlCodes.includes(code) ? [] : undefined;
}

function maskedExtensions({ requestId }: Record<string, unknown>): Record<string, unknown> {
  return { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) };
}

/** Logs bugs whole, and what is unavailable with its cause; marks bugs with the request's id, which the client sees. */
export function reportErrors<Context extends { requestId: string }>(
  publicErrors: PublicErrors,
  log: Logger,
): ApolloServerPlugin<Context> {
  const report = (error: GraphQLError, requestId: string) => {
    const err = unwrapResolverError(error);
    if (publicKeys(publicErrors, error.extensions.code)) {
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
  return err instanceof ApiError && String(err.extensions.code).endsWith('UNAVAILABLE');
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
