import { createHash } from 'node:crypto';
import type { BaseContext } from '@apollo/server';
import { type DocumentNode, execute, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { createJitExecutor } from '../jit-executor.ts';
import type { RequestContext, Result } from '../operation-cache.ts';

/** An operation with its variables, as a subgraph gets it. */
export interface Asked {
  source: string;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** What came of one execution. */
export type Outcome = { result: Result } | { thrown: unknown };

/** Executes an operation for somebody. */
export type Run = (asked: Asked, context: BaseContext) => Promise<Outcome>;

/** Longer than any operation of these tests takes: it never ends. */
const patienceMs = 2_000;

/** graphql-js itself, and what is to do the same: the first time that it sees a document, and then again and again. */
export async function createExecutors(schema: GraphQLSchema): Promise<{ stock: Run; compiled: Run }> {
  const { executor } = await createJitExecutor(schema).load({ apollo: {} });
  if (!executor) throw new Error('There is no executor.');
  const documents = new Map<string, DocumentNode>();
  const documentOf = ({ source }: Asked) => {
    const document = documents.get(source) ?? parse(source);
    documents.set(source, document);
    return document;
  };
  return {
    stock: ({ source, operationName, variables }, context) =>
      outcomeOf(async () =>
        execute({
          schema,
          document: parse(source),
          contextValue: context,
          variableValues: asJson(variables),
          operationName,
        }),
      ),
    compiled: (asked, context) =>
      outcomeOf(() => executor(requestContextOf(asked, { document: documentOf(asked), schema, context }))),
  };
}

/** As it comes over HTTP, and anew each time: resolvers may change what they are given. */
const asJson = <Value>(value: Value): Value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

async function outcomeOf(run: () => Promise<Result>): Promise<Outcome> {
  const timer = { id: setTimeout(() => {}, 0) };
  const late = new Promise<Outcome>((resolve) => {
    timer.id = setTimeout(() => resolve({ thrown: new Error('It hangs.') }), patienceMs);
  });
  const running = run().then(
    (result) => ({ result }),
    (thrown: unknown) => ({ thrown }),
  );
  const outcome = await Promise.race([running, late]);
  clearTimeout(timer.id);
  return outcome;
}

function requestContextOf(
  { source, operationName, variables }: Asked,
  { document, schema, context }: { document: DocumentNode; schema: GraphQLSchema; context: BaseContext },
): RequestContext {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error(`There is no operation ${operationName}.`);
  return {
    request: {
      query: source,
      ...(variables && { variables: asJson(variables) }),
      ...(operationName && { operationName }),
    },
    document,
    source,
    queryHash: createHash('sha256').update(source).digest('hex'),
    operationName: operation.name?.value ?? null,
    operation,
    schema,
    schemaHash: 'any' as RequestContext['schemaHash'],
    context,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    metrics: {},
    cache: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
    overallCachePolicy: undefined,
  };
}
