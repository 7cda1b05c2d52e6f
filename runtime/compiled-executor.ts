import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { isCompilable } from './compilable.ts';
import type { Gateway, RequestContext, Result } from './familiar-operations.ts';

/** Documents that are remembered at once, and the length of their texts together, in UTF-16 units. */
const maxDocuments = 1_000;
const maxDocumentsLength = 4 * 1024 * 1024;

/**
 * Executes a schema for Apollo Server: a document's first run is graphql-js's, from the second on it is compiled. Most
 * documents of a flood of new ones are never compiled. What cannot be compiled stays with graphql-js.
 */
export function compiledExecutor(schema: GraphQLSchema): Gateway {
  const compile = compileOnSecondSight(schema);
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

interface Remembered {
  length: number;
  /** Undefined until it is asked for a second time; null where it cannot be compiled. */
  compiled?: CompiledQuery | null;
}

function compileOnSecondSight(schema: GraphQLSchema): (requestContext: RequestContext) => CompiledQuery | null {
  const documents = new LRUCache<string, Remembered>({
    max: maxDocuments,
    maxSize: maxDocumentsLength,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });
  return ({ queryHash, document, source, request: { operationName } }) => {
    const key = operationName ? `${queryHash}:${operationName}` : queryHash;
    const known = documents.get(key);
    if (!known) {
      documents.set(key, { length: source.length });
      return null;
    }
    if (known.compiled === undefined) {
      known.compiled = compile(schema, document, operationName);
    }
    return known.compiled;
  };
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName?: string): CompiledQuery | null {
  if (!isCompilable(schema, document)) return null;
  const compiled = compileQuery(schema, document, operationName);
  return isCompiledQuery(compiled) ? compiled : null;
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

async function runCompiled(compiled: CompiledQuery, schema: GraphQLSchema, requestContext: RequestContext) {
  const { request, context, operation } = requestContext;
  const { variableDefinitions = [] } = operation;
  const variables = { ...defaultsOf(variableDefinitions), ...request.variables };
  const result = await compiled.query(undefined, context, variables);
  if (!result.errors) return result;
  // Nothing was executed. graphql-jit says in other words what is wrong with the variables.
  if (!('data' in result))
    return { errors: getVariableValues(schema, variableDefinitions, variables).errors ?? result.errors };
  return { ...result, errors: result.errors.map((error) => asGraphqlError(error, requestContext)) };
}

/** graphql-jit takes a non-null variable that is left out for missing, also where it has a default. */
function defaultsOf(definitions: readonly VariableDefinitionNode[]): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of definitions) {
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
