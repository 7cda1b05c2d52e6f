import { expect, onTestFinished, test } from 'vitest';
import { hold, operationsOver, rerun } from './assert-equivalent.ts';
import { createStockGateway } from './gateways.ts';
import { type CreateGateway, createStage } from './harness.ts';
import { type Mistake, mistakes } from './planted-faults.ts';
import { type Mood, moods } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';
import type { Supergraph } from './supergraphs/compose.ts';

const supergraph = supergraphs.find(({ name }) => name === 'shop') as Supergraph;

/** Whether a gateway differs from the stock one in something, or in anything, in one of a few operations in all moods. */
async function differs(createGateway: CreateGateway, wanted = ''): Promise<boolean> {
  const stage = await createStage(supergraph, createGateway);
  onTestFinished(stage.stop);
  for (const operation of operationsOver(supergraph, 40)) {
    for (const mood of moods) {
      const { differences } = await stage.compare(operation, mood);
      if (differences.some(({ what }) => what.startsWith(wanted))) return true;
    }
  }
  return false;
}

test('the stock executor is equal to itself, whatever the subgraphs do', async () => {
  expect(await differs(createStockGateway)).toBe(false);
});

test.each(mistakes)('an executor that $executor is caught', async ({ create, differsIn }) => {
  expect(await differs(create, differsIn)).toBe(true);
});

test('of what differs one reads which case it is, and an operation that is small; and it can be run again', async () => {
  const [mood] = moods as [Mood];
  const { create } = mistakes.find(({ executor }) => executor === 'gives more than was asked for') as Mistake;
  const stage = await createStage(supergraph, create);
  onTestFinished(stage.stop);
  const which = { supergraph: 'shop', seed: 'shop operation 0', mood: 'well' };
  const differing = /variables: .*\ndata \(second run\)\n *stock: .*\n *lean: .*"more":null/;
  const failure = hold(stage, supergraph, mood, operationsOver(supergraph, 5));
  await expect(failure).rejects.toThrow(`await rerun(createCompiledGateway, ${JSON.stringify(which)})`);
  await expect(failure).rejects.toThrow(differing);
  expect(await rerun(create, which)).toMatch(differing);
});
