import { type GraphQLSchema, getOperationAST } from 'graphql';
import {
  type RandomOperation,
  randomOperation,
} from '../../../gateway/execution/differential/operations/random-operation.ts';
import { shrink } from '../../../gateway/execution/differential/shrink.ts';
import { isJitSupported } from '../jit-support.ts';
import { type Difference, differences } from './differences.ts';
import { type Asked, createExecutors } from './executors.ts';

/** A schema whose answers are the same each time that they are asked for. */
export interface Subject {
  name: string;
  schema: GraphQLSchema;
  /** A new one for each execution. */
  context: () => object;
  /** What is sent in place of values that are not of this schema. */
  adapt?: (operation: RandomOperation, variables: Asked['variables']) => Asked['variables'];
}

/** Of so many random operations the valid ones that are compiled, and some of those that are not. */
export function operationsOver({ name, schema }: Subject, count: number): RandomOperation[] {
  const seeds = Array.from({ length: count }, (_, number) => `${name} ${number}`);
  const operations = seeds.flatMap((seed) => randomOperation(schema, seed) ?? []);
  const compilable = operations.filter(({ document }) => isJitSupported(schema, document));
  if (compilable.length < count / 20) throw new Error(`Of ${count} operations only ${compilable.length} are compiled.`);
  const others = operations.filter((operation) => !compilable.includes(operation));
  return [...compilable, ...others.slice(0, count / 10)];
}

/** Executes an operation by graphql-js, and several times, with other variables too, by the compiled executor. */
export async function compare(subject: Subject, asked: readonly Asked[]): Promise<Difference[]> {
  const { stock, compiled } = await createExecutors(subject.schema);
  const found: Difference[] = [];
  for (const [index, one] of asked.entries()) {
    const wanted = await stock(one, subject.context());
    const got = differences(wanted, await compiled(one, subject.context()));
    found.push(...got.map((difference) => ({ ...difference, what: `${difference.what} (run ${index + 1})` })));
  }
  return found;
}

/** What is asked of a random operation: each time with other variables, and with the same ones again. */
function timesOf({ adapt = (_, variables) => variables }: Subject, operation: RandomOperation): Asked[] {
  const { source, operationName } = operation;
  return ['first', 'first', 'second', 'third', 'fourth'].map((time) => ({
    source,
    operationName,
    variables: adapt(operation, operation.variables(time)),
  }));
}

/** Holds the compiled executor to graphql-js. Throws with some of the operations that differ, made small. */
export async function hold(subject: Subject, operations: RandomOperation[]): Promise<void> {
  const failed: RandomOperation[] = [];
  for (const operation of operations) {
    if ((await compare(subject, timesOf(subject, operation))).length > 0) failed.push(operation);
  }
  if (failed.length === 0) return;
  const texts = [`${failed.length} of ${operations.length} operations differ.`];
  for (const operation of failed.slice(0, 3)) texts.push(await explain(subject, operation));
  throw new Error(texts.join('\n\n'));
}

async function explain(subject: Subject, operation: RandomOperation): Promise<string> {
  const kindsOf = async (tried: RandomOperation) =>
    new Set((await compare(subject, timesOf(subject, tried))).map(({ what }) => what));
  const kinds = await kindsOf(operation);
  const fails = async (smaller: RandomOperation) =>
    Boolean(getOperationAST(smaller.document, smaller.operationName)) &&
    [...(await kindsOf(smaller))].some((kind) => kinds.has(kind));
  const small = await shrink(operation, subject.schema, fails);
  const asked = timesOf(subject, small);
  const found = await compare(subject, asked);
  return [
    `${operation.seed}, asked with the variables ${asked.map(({ variables }) => JSON.stringify(variables)).join(', ')}:`,
    small.source.trim(),
    ...found.slice(0, 2).map(({ what, wanted, got }) => `${what}\n    graphql-js: ${wanted}\n    compiled:   ${got}`),
  ].join('\n');
}
