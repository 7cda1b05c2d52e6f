import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertEquivalent, operationsOver } from './assert-equivalent.ts';
import { createCompiledGateway } from './compiled-gateway.ts';
import { createHarness, type Harness, operationKey } from './harness.ts';
import { edgeCasesOver } from './operations/edge-cases.ts';
import { scenarios } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

/** How many operations are run in each scenario. */
export interface SuiteSize {
  /** Random operations over each supergraph. */
  operations: number;
  /** Seeds for each hand-written operation; each seed gives other responses. */
  edgeCaseSeeds: number;
}

/**
 * Defines the tests that compare the compiled executor with Apollo's. A failure prints a call of `rerun` that reproduces
 * its case alone.
 */
export function describeEquivalence({ operations: count, edgeCaseSeeds }: SuiteSize): void {
  describe.each(supergraphs)('over supergraph $name, the compiled executor is equivalent to Apollo’s', (supergraph) => {
    const operations = operationsOver(supergraph, count);
    let harness: Harness;
    beforeAll(async () => {
      harness = await createHarness(supergraph, createCompiledGateway);
    });
    afterAll(() => harness.stop());

    test.each(scenarios)('when subgraphs respond $name', { timeout: 120_000 }, (scenario) =>
      assertEquivalent(harness, { scenario, operations }),
    );

    test.each(edgeCasesOver(supergraph.name, edgeCaseSeeds))(
      'with $title',
      { timeout: 120_000 },
      async ({ operations: edgeCases }) => {
        for (const scenario of scenarios) await assertEquivalent(harness, { scenario, operations: edgeCases });
      },
    );

    test('and runs over 80 % of the operations that have been planned', { timeout: 120_000 }, async () => {
      const [healthy] = scenarios;
      if (!healthy) throw new Error('The list of scenarios is empty.');
      for (const operation of operations) {
        if (!harness.runCounts.has(operationKey(operation))) await harness.compare(operation, healthy);
      }
      const keys = operations.filter(({ source }) => !/__schema|__type\(/.test(source)).map(operationKey);
      const counts = keys.flatMap((key) => harness.runCounts.get(key) ?? []);
      const compiled = counts.reduce((sum, count) => sum + count.compiled, 0);
      const apollo = counts.reduce((sum, count) => sum + count.apollo, 0);
      expect(compiled / (compiled + apollo)).toBeGreaterThan(0.8);
    });
  });
}
