import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { clientOf } from './clients/resource-client.ts';
import type { Mutate } from './mutations.ts';
import { tokenOf } from './processes/keys.ts';
import type { ResourcesProcess } from './processes/resources-process.ts';
import { type Killable, startResourcesProcess } from './processes/spawn.ts';
import type { Step } from './processes/steps.ts';
import { longTimeouts, type World } from './world.ts';

/** The nth time that a process reaches a step. */
export interface StepOccurrence {
  step: Step;
  nth: number;
}

/** The reconciler runs once, before the process serves. */
const onlyMutations = { ...longTimeouts, reconcileEveryMs: 3_600_000 };
const pollMs = 20;
/** Calls of every run of the reconciler, also of one that finds nothing to do. */
const callsOfEveryRun = /(revocations\.purgeSome|operations\.(claim|countUnresolved|deleteExpiredKeys))$/;

/** Prints how many steps a test killed a process at: the figures of docs/reliability.md. */
export const printStepCount = (steps: readonly unknown[]): void => console.log(`${steps.length} steps`);

/** Numbers the occurrences of each step in a list. */
export function withOccurrences(steps: readonly string[]): StepOccurrence[] {
  return steps.map((step, at) => ({
    step: step as Step,
    nth: steps.slice(0, at + 1).filter((earlier) => earlier === step).length,
  }));
}

/** Steps of a mutation that succeeds. */
export async function stepsOfMutation(world: World, mutate: Mutate): Promise<string[]> {
  const process = startResourcesProcess({ ...world.at, ...onlyMutations, printsSteps: true });
  await mutate(clientOf(await process.url, tokenOf('ada'), world.ledger));
  await process.kill();
  const lines = process.lines();
  return lines.slice(lines.findIndex((line) => line.startsWith('url ')) + 1);
}

/** Steps of the reconciler until every operation has ended. Those of every run are listed once. */
export async function stepsOfReconciler(world: World, settings: Partial<ResourcesProcess> = {}): Promise<string[]> {
  const process = startResourcesProcess({ ...world.at, printsSteps: true, ...settings });
  await process.url;
  expect((await world.check()).open).toEqual([]);
  // The last run may not have printed its last step yet; one more run shows that it has.
  const runs = () => process.lines().filter((line) => line === 'after operations.deleteExpiredKeys').length;
  for (const runsBefore = runs(); runs() === runsBefore; ) await setTimeout(pollMs);
  await process.kill();
  const steps = process.lines().filter((line) => !line.startsWith('url '));
  return steps.filter((step, at) => !callsOfEveryRun.test(step) || steps.indexOf(step) === at);
}

/** Kills a process at a step of a mutation, whose client gets no answer. */
export async function killDuringMutation(world: World, { step, nth }: StepOccurrence, mutate: Mutate): Promise<void> {
  const process = startResourcesProcess({ ...world.at, ...onlyMutations, killAt: { step, nth } });
  const client = clientOf(await process.url, tokenOf('ada'), world.ledger);
  await expect(mutate(client), `mutation killed ${step}`).rejects.toThrow();
  await expectKilledAt(process, step);
}

/** Kills a process at a step of its reconciler. */
export async function killDuringReconciliation(world: World, { step, nth }: StepOccurrence): Promise<void> {
  await expectKilledAt(startResourcesProcess({ ...world.at, killAt: { step, nth } }), step);
}

/** Waits until a process has killed itself at a step. */
export async function expectKilledAt(process: Killable, step: Step): Promise<void> {
  expect(await process.exitCode, `exit code when killed ${step}`).toBe(null);
  expect(process.lines().at(-1)).toBe(`killed ${step}`);
}
