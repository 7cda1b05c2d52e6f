import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { clientOf } from './client.ts';
import { tokenOf } from './keys.ts';
import type { Mutate } from './mutations.ts';
import { type Killable, startResourcesProcess } from './processes.ts';
import type { ResourcesProcess } from './resources-process.ts';
import type { Step } from './steps.ts';
import { patient, type World } from './world.ts';

/** A step, and for which time it is come to. */
export interface Reached {
  step: Step;
  nth: number;
}

/** Its reconciler looks once, before it serves, and never again. */
const onlyMutations = { ...patient, reconcileEveryMs: 3_600_000 };
const pollMs = 20;
/** What every look of the reconciler does, whether there is something to settle or not. */
const looking = /(revocations\.purgeSome|operations\.(claim|countUnresolved|deleteExpiredKeys))$/;

/** Each step with how often it was come to until then. */
export function counted(steps: readonly string[]): Reached[] {
  return steps.map((step, at) => ({
    step: step as Step,
    nth: steps.slice(0, at + 1).filter((earlier) => earlier === step).length,
  }));
}

/** The steps of a mutation that goes well. */
export async function stepsOf(world: World, mutate: Mutate): Promise<string[]> {
  const process = startResourcesProcess({ ...world.at, ...onlyMutations, isTellingSteps: true });
  await mutate(clientOf(await process.url, tokenOf('ada'), world.told));
  await process.kill();
  const lines = process.lines();
  return lines.slice(lines.findIndex((line) => line.startsWith('url ')) + 1);
}

/** The steps of a reconciler until everything is settled; those of every look once. */
export async function stepsOfReconciler(world: World, settings: Partial<ResourcesProcess> = {}): Promise<string[]> {
  const process = startResourcesProcess({ ...world.at, isTellingSteps: true, ...settings });
  await process.url;
  expect((await world.check()).open).toEqual([]);
  // What was the last may have a step left: with the look after it all have been come to.
  const looks = () => process.lines().filter((line) => line === 'after operations.deleteExpiredKeys').length;
  for (const looksNow = looks(); looks() === looksNow; ) await setTimeout(pollMs);
  await process.kill();
  const steps = process.lines().filter((line) => !line.startsWith('url '));
  return steps.filter((step, at) => !looking.test(step) || steps.indexOf(step) === at);
}

/** A process is killed at a step of a mutation, which its client gets no answer to. */
export async function dieMutating(world: World, { step, nth }: Reached, mutate: Mutate): Promise<void> {
  const process = startResourcesProcess({ ...world.at, ...onlyMutations, killAt: { step, nth } });
  const client = clientOf(await process.url, tokenOf('ada'), world.told);
  await expect(mutate(client), `what died ${step}`).rejects.toThrow();
  await expectDeath(process, step);
}

/** A process is killed at a step of its reconciler. */
export async function dieReconciling(world: World, { step, nth }: Reached): Promise<void> {
  await expectDeath(startResourcesProcess({ ...world.at, killAt: { step, nth } }), step);
}

/** A process has killed itself there. */
export async function expectDeath(process: Killable, step: Step): Promise<void> {
  // Null where a signal has killed it.
  expect(await process.gone, `how it died ${step}`).toBe(null);
  expect(process.lines().at(-1)).toBe(`killed ${step}`);
}
