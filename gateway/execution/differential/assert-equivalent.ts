import { type CreateGateway, createStage, keyOf, type Stage } from './harness.ts';
import { type RandomOperation, randomOperation } from './operations/random-operation.ts';
import { type Mood, moods } from './scenarios.ts';
import { shrink } from './shrink.ts';
import { supergraphs } from './supergraphs/all.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** One operation in one mood of the subgraphs: it is the same on every machine. */
export interface Case {
  supergraph: string;
  seed: string;
  mood: string;
}

/** The valid ones of so many random operations. */
export function operationsOver({ name, api }: Supergraph, count: number): RandomOperation[] {
  const seeds = Array.from({ length: count }, (_, number) => `${name} operation ${number}`);
  return seeds.flatMap((seed) => randomOperation(api, seed) ?? []);
}

/** Holds one gateway to the other in one mood. Throws with some of the cases that differ, made small. */
export async function hold(
  stage: Stage,
  supergraph: Supergraph,
  mood: Mood,
  operations: RandomOperation[],
): Promise<void> {
  const failed: RandomOperation[] = [];
  for (const operation of operations) {
    if (stage.unplannable.has(keyOf(operation))) continue;
    if ((await stage.compare(operation, mood)).differences.length > 0) failed.push(operation);
  }
  if (failed.length === 0) return;
  const texts = [`${failed.length} of ${operations.length} operations differ.`];
  for (const operation of failed.slice(0, 3)) texts.push(await explain(stage, supergraph, operation, mood));
  throw new Error(texts.join('\n\n'));
}

/** Says of one case, by itself, in what the gateways differ. */
export async function rerun(createGateway: CreateGateway, { supergraph: name, ...which }: Case): Promise<string> {
  const supergraph = supergraphs.find((one) => one.name === name);
  const mood = moods.find((one) => one.name === which.mood);
  const operation = supergraph && randomOperation(supergraph.api, which.seed);
  if (!operation || !mood) throw new Error('There is no such case.');
  const stage = await createStage(supergraph, createGateway);
  return explain(stage, supergraph, operation, mood).finally(stage.stop);
}

async function explain(
  stage: Stage,
  { name, api }: Supergraph,
  operation: RandomOperation,
  mood: Mood,
): Promise<string> {
  const kindsOf = async (tried: RandomOperation) =>
    new Set((await stage.compare(tried, mood)).differences.map(({ what }) => what));
  const kinds = await kindsOf(operation);
  const small = await shrink(operation, api, async (smaller) =>
    [...(await kindsOf(smaller))].some((kind) => kinds.has(kind)),
  );
  const { differences, stock, other } = await stage.compare(small, mood);
  const which: Case = { supergraph: name, seed: operation.seed, mood: mood.name };
  const isRandom = randomOperation(api, operation.seed)?.source === operation.source;
  return [
    ...(isRandom ? [`await rerun(createCompiledGateway, ${JSON.stringify(which)})`] : []),
    small.source.trim(),
    `operation: ${JSON.stringify(small.operationName)}, variables: ${JSON.stringify(small.variables(mood.name))}`,
    ...differences.slice(0, 6).map(({ what, wanted, got }) => `${what}\n    stock: ${wanted}\n    lean:  ${got}`),
    `the whole answer\n    stock: ${JSON.stringify(stock.result)}\n    lean:  ${JSON.stringify(other.result)}`,
    ...stock.calls.map((call) => `stock asks ${JSON.stringify(call)}`),
  ].join('\n');
}
