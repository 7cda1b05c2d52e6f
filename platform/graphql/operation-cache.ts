import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import { createDocumentCache } from './document-cache.ts';

/** What Apollo Server takes in place of a schema: it parses, validates and reports, and leaves execution to this. */
export type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];
type Execute = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
/** What an executor gets of a request. */
export type RequestContext = Parameters<Execute>[0];
export type Result = Awaited<ReturnType<Execute>>;

/** An operation as a client sends it. */
export interface Operation {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

/** An operation that was executed without Apollo Server, by what that has found out about it before. */
export interface Executed {
  operation: OperationDefinitionNode;
  result: Result;
}

export interface OperationCache {
  /** For Apollo Server: the given one, watched. */
  gateway: Gateway;
  /** Undefined where Apollo Server has not looked at the same text yet, which it must do first. */
  execute(operation: Operation, context: BaseContext): Promise<Executed> | undefined;
  /** A context with which Apollo Server reports and formats this result, and executes nothing. */
  withResult<Context extends BaseContext>(context: Context, result: Result): Context;
}

const resultKey = Symbol('result');

/**
 * Remembers operations that Apollo Server has parsed, validated and let through, so that the same text is executed at
 * once when it comes again: most of what a client's request costs is looking at what was looked at before.
 */
export function createOperationCache(gateway: Gateway): OperationCache {
  const known = createDocumentCache<RequestContext>();
  let execute: Execute | null = null;

  const watch = (executor: Execute): Execute => {
    execute = executor;
    return async (requestContext) => {
      const done = (requestContext.context as { [resultKey]?: Result })[resultKey];
      if (done) return done;
      const { source, request } = requestContext;
      known.set(keyOf({ query: source, operationName: request.operationName }), forget(requestContext), source);
      return executor(requestContext);
    };
  };

  return {
    gateway: {
      load: async (options) => {
        const { executor } = await gateway.load(options);
        return { executor: executor && watch(executor) };
      },
      onSchemaLoadOrUpdate: (callback) =>
        gateway.onSchemaLoadOrUpdate((schemas) => {
          known.clear();
          callback(schemas);
        }),
      stop: () => gateway.stop(),
    },
    execute: (operation, context) => {
      const requestContext = known.get(keyOf(operation));
      return requestContext && execute
        ? executeKnown(execute, { ...requestContext, request: asRequest(operation), context, metrics: {} })
        : undefined;
    },
    withResult: (context, result) => ({ ...context, [resultKey]: result }),
  };
}

async function executeKnown(execute: Execute, requestContext: RequestContext): Promise<Executed> {
  return { operation: requestContext.operation, result: await execute(requestContext) };
}

/** Without what was this request's alone: its variables may be large, and its context speaks for somebody. */
function forget(requestContext: RequestContext): RequestContext {
  const { schema, schemaHash, cache, logger, queryHash, document, source, operationName, operation } = requestContext;
  const ofAll = { schema, schemaHash, cache, logger, queryHash, document, source, operationName, operation };
  return { ...ofAll, request: {}, context: {}, metrics: {}, overallCachePolicy: undefined };
}

function asRequest({ query, variables, operationName }: Operation): RequestContext['request'] {
  return { query, ...(variables && { variables }), ...(operationName && { operationName }) };
}

/** One text may hold several operations. A name has no line break. */
function keyOf({ query, operationName }: Operation): string {
  return operationName ? `${operationName}\n${query}` : query;
}
