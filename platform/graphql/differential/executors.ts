import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { createJitExecutor } from '../jit-executor.ts';
import type { ExecutableOperation } from '../prepared-operations.ts';

/** An operation with its variables, as a subgraph gets it. */
export interface Asked {
  source: string;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** What came of one execution. */
export type Outcome = { result: ExecutionResult } | { thrown: unknown };

/** Executes an operation for somebody. */
export type Run = (asked: Asked, context: object) => Promise<Outcome>;

/** Longer than any operation of these tests takes: it never ends. */
const patienceMs = 2_000;

/** graphql-js itself, and what is to do the same: the first time that it sees a document, and then again and again. */
export async function createExecutors(schema: GraphQLSchema): Promise<{ stock: Run; compiled: Run }> {
  const executor = createJitExecutor(schema);
  const prepared = new Map<string, ExecutableOperation>();
  const prepare = ({ source, operationName }: Asked): ExecutableOperation => {
    const key = JSON.stringify([source, operationName]);
    const operation = prepared.get(key) ?? executor.prepare(parseOperation(source, operationName));
    prepared.set(key, operation);
    return operation;
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
      outcomeOf(() => prepare(asked).execute({ variables: asJson(asked.variables), context })),
  };
}

/** As it comes over HTTP, and anew each time: resolvers may change what they are given. */
const asJson = <Value>(value: Value): Value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

async function outcomeOf(run: () => Promise<ExecutionResult>): Promise<Outcome> {
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

function parseOperation(source: string, operationName: string | undefined) {
  const document: DocumentNode = parse(source);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error(`There is no operation ${operationName}.`);
  return { source, document, operation, operationName };
}
