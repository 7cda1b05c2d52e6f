import { type GraphQLSchema, getOperationAST } from 'graphql';
import {
  type RandomOperation,
  randomOperation,
} from '../../../gateway/execution/differential/operations/random-operation.ts';
import { shrink } from '../../../gateway/execution/differential/shrink.ts';
import { isJitSupported } from '../jit-support.ts';
import { type Difference, differences } from './differences.ts';
import { createExecutors, type OperationRun } from './executors.ts';

/** A schema whose resolvers return the same each time. */
export interface Subject {
  name: string;
  schema: GraphQLSchema;
  /** Creates a context for each execution. */
  context: () => object;
  /** Replaces random values by some that fit this schema. */
  adapt?: (operation: RandomOperation, variables: OperationRun['variables']) => OperationRun['variables'];
}

/** Generates random operations: the valid ones that are compiled, and a few of those that are not. */
export function operationsOver({ name, schema }: Subject, count: number): RandomOperation[] {
  const seeds = Array.from({ length: count }, (_, number) => `${name} ${number}`);
  const operations = seeds.flatMap((seed) => randomOperation(schema, seed) ?? []);
  const supported = operations.filter(({ document }) => isJitSupported(schema, document));
  if (supported.length < count / 20) throw new Error(`Of ${count} operations only ${supported.length} are compiled.`);
  const others = operations.filter((operation) => !supported.includes(operation));
  return [...supported, ...others.slice(0, count / 10)];
}

/** Executes each run by graphql-js and by the compiled executor, and returns how the results differ. */
export async function compare(subject: Subject, runs: readonly OperationRun[]): Promise<Difference[]> {
  const { graphqlJs, compiled } = await createExecutors(subject.schema);
  const found: Difference[] = [];
  for (const [index, one] of runs.entries()) {
    const wanted = await graphqlJs(one, subject.context());
    const got = differences(wanted, await compiled(one, subject.context()));
    found.push(...got.map((difference) => ({ ...difference, what: `${difference.what} (run ${index + 1})` })));
  }
  return found;
}

/** Lists runs of a random operation with the same and with other variables. */
function runsOf({ adapt = (_, variables) => variables }: Subject, operation: RandomOperation): OperationRun[] {
  const { source, operationName } = operation;
  return ['first', 'first', 'second', 'third', 'fourth'].map((time) => ({
    source,
    operationName,
    variables: adapt(operation, operation.variables(time)),
  }));
}

/** Throws if the compiled executor differs from graphql-js, with up to three of the operations, shrunk. */
export async function assertEquivalent(subject: Subject, operations: RandomOperation[]): Promise<void> {
  const failed: RandomOperation[] = [];
  for (const operation of operations) {
    if ((await compare(subject, runsOf(subject, operation))).length > 0) failed.push(operation);
  }
  if (failed.length === 0) return;
  const texts = [`${failed.length} of ${operations.length} operations differ.`];
  for (const operation of failed.slice(0, 3)) texts.push(await explain(subject, operation));
  throw new Error(texts.join('\n\n'));
}

async function explain(subject: Subject, operation: RandomOperation): Promise<string> {
  const kindsOf = async (tried: RandomOperation) =>
    new Set((await compare(subject, runsOf(subject, tried))).map(({ what }) => what));
  const kinds = await kindsOf(operation);
  const fails = async (smaller: RandomOperation) =>
    Boolean(getOperationAST(smaller.document, smaller.operationName)) &&
    [...(await kindsOf(smaller))].some((kind) => kinds.has(kind));
  const small = await shrink(operation, subject.schema, fails);
  const runs = runsOf(subject, small);
  const found = await compare(subject, runs);
  return [
    `${operation.seed}, with the variables ${runs.map(({ variables }) => JSON.stringify(variables)).join(', ')}:`,
    small.source.trim(),
    ...found.slice(0, 2).map(({ what, wanted, got }) => `${what}\n    graphql-js: ${wanted}\n    compiled:   ${got}`),
  ].join('\n');
}
