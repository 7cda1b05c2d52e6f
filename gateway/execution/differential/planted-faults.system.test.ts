import { expect, onTestFinished, test } from 'vitest';
import { operationsOver } from './assert-equivalent.ts';
import { type CreateGateway, createHarness } from './harness.ts';
import { plantedFaults } from './planted-faults.ts';
import { createReferenceGateway } from './reference-gateway.ts';
import { scenarios } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

const [, shop] = supergraphs;

/** Tells whether a gateway differs from the reference, in `part` if given, for any of 40 operations in any scenario. */
async function differs(createGateway: CreateGateway, part = ''): Promise<boolean> {
  const harness = await createHarness(shop, createGateway);
  onTestFinished(harness.stop);
  for (const operation of operationsOver(shop, 40)) {
    for (const scenario of scenarios) {
      const { differences } = await harness.compare(operation, scenario);
      if (differences.some((difference) => difference.part.startsWith(part))) return true;
    }
  }
  return false;
}

test('finds no difference between the reference and itself', async () => {
  expect(await differs((settings) => createReferenceGateway(settings))).toBe(false);
});

test.each(plantedFaults)('finds an executor that $fault', async ({ create, part }) => {
  expect(await differs(create, part)).toBe(true);
});
