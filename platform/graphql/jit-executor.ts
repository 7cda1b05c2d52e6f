import {
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { createDocumentCache, operationKey } from './document-cache.ts';
import { isJitSupported } from './jit-support.ts';
import type { Gateway, RequestContext, Result } from './operation-cache.ts';

/**
 * Executes a schema for Apollo Server: a document's first run is graphql-js's, from the second on it is compiled. Most
 * documents of a flood of new ones are never compiled. What cannot be compiled stays with graphql-js.
 */
export function createJitExecutor(schema: GraphQLSchema): Gateway {
  const compile = compileOnSecondUse(schema);
  const executor = async (requestContext: RequestContext): Promise<Result> => {
    const compiled = compile(requestContext);
    return compiled ? runCompiled(compiled, schema, requestContext) : runByGraphqlJs(schema, requestContext);
  };
  let onLoad: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] = () => {};
  return {
    load: async () => {
      onLoad({ apiSchema: schema, coreSupergraphSdl: '' });
      return { executor };
    },
    onSchemaLoadOrUpdate: (callback) => {
      onLoad = callback;
      return () => {};
    },
    stop: async () => {},
  };
}

/** A document that came before. */
interface Remembered {
  /** Undefined until it is asked for a second time; null where it cannot be compiled. */
  compiled?: Compiled | null;
}

interface Compiled {
  query: CompiledQuery['query'];
  /** Of its variables: graphql-jit takes a non-null one that is left out for missing, also where it has a default. */
  defaults: Record<string, unknown>;
}

function compileOnSecondUse(schema: GraphQLSchema): (requestContext: RequestContext) => Compiled | null {
  const documents = createDocumentCache<Remembered>();
  return (requestContext) => {
    const key = operationKey(requestContext);
    const known = documents.get(key);
    if (!known) {
      documents.set(key, {}, requestContext.source);
      return null;
    }
    if (known.compiled === undefined) known.compiled = compile(schema, requestContext);
    return known.compiled;
  };
}

function compile(schema: GraphQLSchema, { document, operation, request }: RequestContext): Compiled | null {
  if (!isJitSupported(schema, document)) return null;
  const compiled = compileQuery(schema, document, request.operationName);
  if (!isCompiledQuery(compiled)) return null;
  return { query: compiled.query, defaults: defaultsOf(operation) };
}

function runByGraphqlJs(schema: GraphQLSchema, { document, request, context }: RequestContext) {
  return execute({
    schema,
    document,
    contextValue: context,
    variableValues: request.variables,
    operationName: request.operationName,
  });
}

async function runCompiled({ query, defaults }: Compiled, schema: GraphQLSchema, requestContext: RequestContext) {
  const { request, context, operation } = requestContext;
  const variables = { ...defaults, ...request.variables };
  const result = await query(undefined, context, variables);
  if (!result.errors) return result;
  // Nothing was executed. graphql-jit says in other words what is wrong with the variables.
  if (!('data' in result))
    return {
      errors: getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors ?? result.errors,
    };
  return { ...result, errors: result.errors.map((error) => asGraphqlError(error, requestContext)) };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of variableDefinitions) {
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return defaults;
}

/** graphql-jit's errors are of a class of their own, whose properties cannot be changed. */
function asGraphqlError(error: GraphQLError, { document }: RequestContext): GraphQLError {
  const { message, path, locations = [], originalError } = error;
  const source = document.loc?.source;
  return new GraphQLError(message, {
    ...(path && { path }),
    ...(originalError && { originalError }),
    ...(source && { source, positions: locations.map((location) => positionOf(location, source.body)) }),
  });
}

interface Location {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

function positionOf({ line, column }: Location, text: string): number {
  const lineEnd = /\r\n|[\n\r]/g;
  for (let passed = 1; passed < line; passed += 1) lineEnd.exec(text);
  return lineEnd.lastIndex + column - 1;
}
