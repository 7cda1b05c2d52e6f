import { expect, onTestFinished, test } from 'vitest';
import { assertEquivalent, operationsOver, rerun } from './assert-equivalent.ts';
import { withData } from './faulty-gateways.ts';
import { createHarness } from './harness.ts';
import { scenarios } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

test('a failure names its case, shows a small operation, and can be run again', async () => {
  const [, shop] = supergraphs;
  const [scenario] = scenarios;
  if (!scenario) throw new Error('The list of scenarios is empty.');
  const addsField = withData((data) => ({ ...data, more: null }));
  const harness = await createHarness(shop, addsField);
  onTestFinished(harness.stop);
  const failed = assertEquivalent(harness, { scenario, operations: operationsOver(shop, 5) });

  const which = { supergraph: 'shop', seed: 'shop operation 0', scenario: 'well' };
  await expect(failed).rejects.toThrow(`await rerun(createCompiledGateway, ${JSON.stringify(which)})`);
  const report = /variables: .*\ndata \(second run\)\n *Apollo: .*\n *compiled: .*"more":null/;
  await expect(failed).rejects.toThrow(report);
  expect(await rerun(addsField, which)).toMatch(report);
});
