import { createRequire } from 'node:module';
import type * as Federation from '@apollo/federation-internals';
import { computeResponse } from '@apollo/gateway/dist/resultShaping.js';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, printSchema } from 'graphql';
import type { ShapeParts } from './response-shape.ts';
import type { Data, Result } from './run.ts';

/** Shapes data that is not as the schema promises: which null goes how far up, and what cannot be answered at all. */
export type FallbackShape = (data: Data, variables: Data, errors: unknown[]) => Result;

/** Loaded when it is first needed: to import it by name would read all of its source a second time at each start. */
const loadFederation = () => createRequire(import.meta.url)('@apollo/federation-internals') as typeof Federation;

type Operation = Pick<ShapeParts, 'operation' | 'fragments'>;

/** Prepares Apollo's own shaping over an API schema. It costs nothing until it is needed. */
export function prepareApolloFallback(apiSchema: GraphQLSchema): (operation: Operation) => FallbackShape {
  let schema: Federation.Schema | undefined;
  return (parts) => (data, variables, errors) => {
    const { buildSchema, operationFromDocument } = loadFederation();
    schema ??= buildSchema(printSchema(apiSchema), { validate: false });
    const operation = operationFromDocument(schema, toDocument(parts), { validate: false });
    try {
      const shaped = computeResponse({ operation, variables, input: data, introspectionHandling: () => undefined });
      return toResult(shaped, errors as GraphQLError[]);
    } catch (error) {
      return { errors: [toGraphqlError(error as Error)] };
    }
  };
}

function toDocument({ operation, fragments }: Operation): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] };
}

/** What was found wrong in the data is told only where nothing else went wrong. */
function toResult({ data, errors: found }: ReturnType<typeof computeResponse>, errors: GraphQLError[]): Result {
  if (errors.length > 0) return { data: data ?? null, errors };
  return { data: data ?? null, ...(found.length > 0 && { extensions: { valueCompletion: found } }) };
}

function toGraphqlError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}
