import { getOperationAST, parse } from 'graphql';
import { collectGarbage } from '../../tests/support/collect-garbage.ts';
import {
  createPreparedOperations,
  type Executor,
  type PreparedOperations,
  type ValidOperation,
} from '../graphql/prepared-operations.ts';

/** Parses an operation as Apollo Server does. */
export function parseOperation(source: string, operationName?: string): ValidOperation {
  const document = parse(source);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error(`The document holds no operation ${operationName}.`);
  return { source, document, operation, operationName };
}

/** The heap also grows by what the process does beside the operations: a median is not misled by one such round. */
const rounds = 5;

/**
 * Prepares and executes different operations of one kind, each with each of the variables and then once more. Returns how
 * far the heap grew, the median of some rounds, and what the cache estimates.
 */
export async function measureHeap(
  executor: Executor,
  { count, source, variables = [{}] }: { count: number; source: (index: number) => string; variables?: object[] },
) {
  const run = async (prepared: PreparedOperations, first: number) => {
    for (let index = first; index < first + count; index++) {
      // A text of its own in one piece, as JSON.parse returns it.
      const operation = prepared.prepare(parseOperation(JSON.parse(JSON.stringify(source(index)))));
      for (const values of [...variables, ...variables])
        await operation.execute({ variables: { ...values }, context: {} });
    }
  };
  // Compiles functions of the process itself.
  await run(createPreparedOperations(executor), 0);
  const caches: PreparedOperations[] = [];
  const growths: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const prepared = createPreparedOperations(executor, 1024 ** 3);
    // Referenced until the end, so that no round measures what an earlier one gives back.
    caches.push(prepared);
    const before = heapBytes();
    await run(prepared, round * count);
    growths.push(heapBytes() - before);
  }
  growths.sort((one, other) => one - other);
  const sizes = caches.map((prepared) => prepared.sizeBytes());
  return { actual: growths[Math.floor(rounds / 2)] ?? 0, estimated: Math.min(...sizes) };
}

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
