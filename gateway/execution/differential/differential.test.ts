import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCompiledGateway } from '../compiled-executor.ts';
import { hold, operationsOver } from './assert-equivalent.ts';
import { createStage, keyOf, type Stage } from './harness.ts';
import { hardOperations } from './operations/edge-cases.ts';
import { moods } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

/** Random operations over each supergraph; each is run in every mood of the subgraphs. */
const count = 200;

// A failure names its case, which `rerun` runs by itself: rerun(createCompiledGateway, { supergraph, seed, mood }).

describe.each(supergraphs)('over the supergraph $name the lean executor does as the stock one', (supergraph) => {
  const operations = operationsOver(supergraph, count);
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage(supergraph, createCompiledGateway);
  });
  afterAll(() => stage.stop());

  test.each(moods)('where subgraphs answer $name', { timeout: 120_000 }, (mood) =>
    hold(stage, supergraph, mood, operations),
  );

  test.each(hardOperations(supergraph.name))('with $what', { timeout: 120_000 }, async ({ operations: hard }) => {
    for (const mood of moods) await hold(stage, supergraph, mood, hard);
  });

  test('and it is the lean executor that runs what was planned once', { timeout: 120_000 }, async () => {
    const [well] = moods;
    if (!well) throw new Error('There are no moods.');
    const keys = operations.filter(({ source }) => !/__schema|__type\(/.test(source)).map(keyOf);
    for (const operation of operations) {
      if (!stage.paths.has(keyOf(operation))) await stage.compare(operation, well);
    }
    const runs = keys.map((key) => stage.paths.get(key) ?? { lean: 0, stock: 0 });
    const [lean, stock] = [runs.reduce((sum, run) => sum + run.lean, 0), runs.reduce((sum, run) => sum + run.stock, 0)];
    expect(lean / (lean + stock)).toBeGreaterThan(0.8);
  });
});
