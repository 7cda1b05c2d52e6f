import { getOperationAST, parse } from 'graphql';
import { collectGarbage } from '../../tests/support/collect-garbage.ts';
import { createPreparedOperations, type Executor, type ValidOperation } from '../graphql/prepared-operations.ts';

/** Parses an operation as Apollo Server does. */
export function parseOperation(source: string, operationName?: string): ValidOperation {
  const document = parse(source);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error(`The document holds no operation ${operationName}.`);
  return { source, document, operation, operationName };
}

/**
 * Prepares and executes different operations of one kind, each with each of the variables and then once more, and returns
 * how far the heap grew, and what the cache estimates.
 */
export async function measureHeap(
  executor: Executor,
  { count, source, variables = [{}] }: { count: number; source: (index: number) => string; variables?: object[] },
) {
  const run = async (prepared: ReturnType<typeof createPreparedOperations>, first: number) => {
    for (let index = first; index < first + count; index++) {
      // A text of its own in one piece, as JSON.parse returns it.
      const operation = prepared.prepare(parseOperation(JSON.parse(JSON.stringify(source(index)))));
      for (const values of [...variables, ...variables])
        await operation.execute({ variables: { ...values }, context: {} });
    }
  };
  // Compiles functions of the process itself.
  await run(createPreparedOperations(executor), 0);
  const prepared = createPreparedOperations(executor, 1024 ** 3);
  const before = heapBytes();
  await run(prepared, count);
  const actual = heapBytes() - before;
  return { actual, estimated: prepared.sizeBytes() };
}

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
