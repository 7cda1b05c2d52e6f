import { type CreateGateway, createHarness, type Harness, operationKey } from './harness.ts';
import { type RandomOperation, randomOperation } from './operations/random-operation.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { shrink } from './shrink.ts';
import { supergraphs } from './supergraphs/all.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** One operation in one scenario. The names and the seed reproduce it on every machine. */
export interface Case {
  supergraph: string;
  seed: string;
  scenario: string;
}

/** Generates `count` random operations over a supergraph and returns those that pass validation. */
export function operationsOver({ name, api }: Supergraph, count: number): RandomOperation[] {
  const seeds = Array.from({ length: count }, (_, number) => `${name} operation ${number}`);
  return seeds.flatMap((seed) => randomOperation(api, seed) ?? []);
}

/** Runs operations on both gateways in one scenario. Throws if any differ, with the first three reduced and explained. */
export async function assertEquivalent(
  harness: Harness,
  { scenario, operations }: { scenario: Scenario; operations: RandomOperation[] },
): Promise<void> {
  const failed: RandomOperation[] = [];
  for (const operation of operations) {
    if (harness.unplannable.has(operationKey(operation))) continue;
    if ((await harness.compare(operation, scenario)).differences.length > 0) failed.push(operation);
  }
  if (failed.length === 0) return;
  const report = [`${failed.length} of ${operations.length} operations differ.`];
  for (const operation of failed.slice(0, 3)) report.push(await explain(harness, operation, scenario));
  throw new Error(report.join('\n\n'));
}

/** Runs a single case, as printed by a failure, and returns its explanation. */
export async function rerun(createGateway: CreateGateway, { supergraph: name, ...wanted }: Case): Promise<string> {
  const supergraph = supergraphs.find((each) => each.name === name);
  const scenario = scenarios.find((each) => each.name === wanted.scenario);
  const operation = supergraph && randomOperation(supergraph.api, wanted.seed);
  if (!operation || !scenario) throw new Error(`No case matches ${JSON.stringify({ supergraph: name, ...wanted })}.`);
  const harness = await createHarness(supergraph, createGateway);
  return explain(harness, operation, scenario).finally(harness.stop);
}

async function explain(harness: Harness, operation: RandomOperation, scenario: Scenario): Promise<string> {
  const { name, api } = harness.supergraph;
  const differingParts = async (candidate: RandomOperation) =>
    new Set((await harness.compare(candidate, scenario)).differences.map(({ part }) => part));
  const parts = await differingParts(operation);
  const smallest = await shrink(operation, api, async (smaller) =>
    [...(await differingParts(smaller))].some((part) => parts.has(part)),
  );
  const { differences, apollo, tested } = await harness.compare(smallest, scenario);
  const which: Case = { supergraph: name, seed: operation.seed, scenario: scenario.name };
  const isRandom = randomOperation(api, operation.seed)?.source === operation.source;
  return [
    ...(isRandom ? [`await rerun(createCompiledGateway, ${JSON.stringify(which)})`] : []),
    smallest.source.trim(),
    `operation: ${JSON.stringify(smallest.operationName)}, variables: ${JSON.stringify(smallest.variables(scenario.name))}`,
    ...differences
      .slice(0, 6)
      .map(({ part, expected, actual }) => `${part}\n    Apollo:   ${expected}\n    compiled: ${actual}`),
    `response\n    Apollo:   ${JSON.stringify(apollo.result)}\n    compiled: ${JSON.stringify(tested.result)}`,
    ...apollo.calls.map((call) => `Apollo sends ${JSON.stringify(call)}`),
  ].join('\n');
}
