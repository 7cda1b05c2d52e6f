import { type DocumentNode, type ExecutionResult, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { executeDocument } from '../documents/execute-document.ts';
import { createJitExecutor } from '../jit-executor.ts';
import type { ExecutableOperation } from '../prepared-operations.ts';

/** One run of an operation with its variables. */
export interface OperationRun {
  source: string;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** The result of one execution. */
export type Outcome = { result: ExecutionResult } | { thrown: unknown };

/** Executes an operation in a context. */
export type Run = (run: OperationRun, context: object) => Promise<Outcome>;

/** An operation that takes longer never ends. */
const hangMs = 2_000;

/** Creates graphql-js and the compiled executor over one schema, each for any number of runs. */
export async function createExecutors(schema: GraphQLSchema): Promise<{ graphqlJs: Run; compiled: Run }> {
  const executor = createJitExecutor(schema);
  const prepared = new Map<string, ExecutableOperation>();
  const prepare = ({ source, operationName }: OperationRun): ExecutableOperation => {
    const key = JSON.stringify([source, operationName]);
    const operation = prepared.get(key) ?? executor.prepare(parseOperation(source, operationName));
    prepared.set(key, operation);
    return operation;
  };
  return {
    graphqlJs: ({ source, operationName, variables }, context) =>
      outcomeOf(async () =>
        executeDocument({
          schema,
          document: parse(source),
          contextValue: context,
          variableValues: asJson(variables),
          operationName,
        }),
      ),
    compiled: (run, context) => outcomeOf(() => prepare(run).execute({ variables: asJson(run.variables), context })),
  };
}

/** Copies as JSON, as over HTTP: resolvers may modify their arguments. */
const asJson = <Value>(value: Value): Value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

async function outcomeOf(run: () => Promise<ExecutionResult>): Promise<Outcome> {
  const timer = { id: setTimeout(() => {}, 0) };
  const late = new Promise<Outcome>((resolve) => {
    timer.id = setTimeout(() => resolve({ thrown: new Error('The execution hangs.') }), hangMs);
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
  if (!operation) throw new Error(`The document holds no operation ${operationName}.`);
  return { source, document, operation, operationName };
}
