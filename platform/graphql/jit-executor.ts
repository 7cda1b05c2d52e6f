import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { leastJsonBytes } from '../json.ts';
import type { Logger } from '../process/logger.ts';
import { withoutTokens } from './documents/compact-document.ts';
import { executeDocument } from './documents/execute-document.ts';
import { parseOperationDocument, variableDefaults } from './documents/operation-document.ts';
import { variableErrors } from './documents/variable-errors.ts';
import { expandedSize, isJitSupported, jitObstacles } from './jit-support.ts';
import type { ExecutableOperation, Executor } from './prepared-operations.ts';

/**
 * Creates an executor for a schema with resolvers. graphql-js executes an operation the first time, graphql-jit compiles
 * it on second use: most documents of a flood of new ones are never compiled. Operations that graphql-jit would execute
 * differently stay with graphql-js, as do all operations if the schema itself has something that graphql-jit gets wrong.
 */
export function createJitExecutor(schema: GraphQLSchema, log?: Logger): Executor {
  const obstacles = jitObstacles(schema);
  if (obstacles.length > 0)
    log?.warn({ obstacles }, 'operations are not compiled: graphql-jit does not support the schema');

  return {
    schema,
    prepare: ({ source, document, operationName }): ExecutableOperation => {
      let newDocument: DocumentNode | undefined = document;
      let reused: { run: Run; sizeBytes: number } | undefined;
      return {
        async execute(request) {
          if (newDocument) {
            const run = graphqlJsRun(schema, newDocument, operationName);
            // Until the second use only the text is kept.
            newDocument = undefined;
            return run(request);
          }
          reused ??= prepareReuse(schema, { source, operationName, canCompile: obstacles.length === 0 });
          return reused.run(request);
        },
        sizeBytes: () => 2 * source.length + (reused?.sizeBytes ?? 0),
      };
    },
  };
}

type Run = ExecutableOperation['execute'];

/** Measured for graphql-jit's functions and what they refer to: of each function, and of each field in it. */
const compiledBytes = { base: 6_000, field: 4_400 };

function prepareReuse(
  schema: GraphQLSchema,
  { source, operationName, canCompile }: { source: string; operationName: string | undefined; canCompile: boolean },
) {
  const { part: document, sizeBytes } = withoutTokens(parseOperationDocument({ source, operationName }));
  const operation = getOperationAST(document, operationName);
  const isSupported = canCompile && operation && isJitSupported(schema, document);
  const compiled = isSupported ? compileQuery(schema, document, operationName) : undefined;
  if (!operation || !compiled || !isCompiledQuery(compiled))
    return { run: graphqlJsRun(schema, document, operationName), sizeBytes };
  const { base, field } = compiledBytes;
  return {
    run: jitRun(compiled.query, schema, operation),
    sizeBytes: sizeBytes + base + field * expandedSize(document, operation).fields,
  };
}

function graphqlJsRun(schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined): Run {
  return async ({ variables, context }) =>
    executeDocument({ schema, document, operationName, contextValue: context, variableValues: variables });
}

/** Bytes of JSON. graphql-jit does not limit its errors of variables, each of which shows the whole value. */
const maxUncheckedBytes = 1_000;

function jitRun(query: CompiledQuery['query'], schema: GraphQLSchema, operation: OperationDefinitionNode): Run {
  // graphql-jit takes a non-null variable that is left out for missing, also where it has a default.
  const defaults = variableDefaults(operation);
  const errorsOf = (variables: Record<string, unknown>) =>
    variableErrors({ schema, definitions: operation.variableDefinitions ?? [] }, variables);
  return async (request) => {
    const variables = { ...defaults, ...request.variables };
    if (leastJsonBytes(variables, maxUncheckedBytes) > maxUncheckedBytes) {
      const errors = errorsOf(variables);
      if (errors) return { errors };
    }
    const result: ExecutionResult = await query(undefined, request.context, variables);
    if (!result.errors) return result;
    // Nothing was executed. graphql-jit words errors of variables differently.
    if (!('data' in result)) return { errors: errorsOf(variables) ?? result.errors };
    return { ...result, errors: result.errors.map((error) => asGraphqlError(error, operation)) };
  };
}

/** Converts an error of graphql-jit, whose class makes its properties read-only. */
function asGraphqlError(error: GraphQLError, { loc }: OperationDefinitionNode): GraphQLError {
  const { message, path, locations = [], originalError } = error;
  const source = loc?.source;
  return new GraphQLError(message, {
    ...(path && { path }),
    ...(originalError && { originalError }),
    ...(source && { source, positions: locations.map((location) => positionOf(location, source.body)) }),
  });
}

/** Finds the offset in a text of a line and a column, both counted from 1. */
function positionOf({ line, column }: { line: number; column: number }, text: string): number {
  const lineEnd = /\r\n|[\n\r]/g;
  for (let passed = 1; passed < line; passed += 1) lineEnd.exec(text);
  return lineEnd.lastIndex + column - 1;
}
