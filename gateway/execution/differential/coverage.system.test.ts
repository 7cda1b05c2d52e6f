import { beforeAll, describe, expect, test } from 'vitest';
import { operationsOver } from './assert-equivalent.ts';
import { featuresOfDocument, featuresOfOutcome, featuresOfPlan } from './coverage.ts';
import { createApolloGateway } from './gateways.ts';
import { createHarness } from './harness.ts';
import { scenarios } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

/** Random operations over each supergraph: enough to reach the minimums below. */
const operationCount = 140;

const documents = createCounts();
const plans = createCounts();
const outcomes = new Map(scenarios.map(({ name }) => [name, createCounts()]));
let validCount = 0;

function createCounts() {
  const counts = new Map<string, number>();
  return {
    add: (features: Iterable<string>) => {
      for (const feature of features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
    },
    of: (feature: string) => counts.get(feature) ?? 0,
  };
}

beforeAll(async () => {
  for (const supergraph of supergraphs) {
    const harness = await createHarness(supergraph, createApolloGateway);
    const operations = operationsOver(supergraph, operationCount);
    validCount += operations.length;
    for (const operation of operations) {
      documents.add(featuresOfDocument(operation.document, supergraph.api));
      for (const scenario of scenarios) {
        outcomes.get(scenario.name)?.add(featuresOfOutcome(await harness.runApollo(operation, scenario)));
      }
    }
    for (const plan of harness.plans.values()) plans.add(featuresOfPlan(plan));
    await harness.stop();
  }
}, 120_000);

test('over 90 % of random operations are valid', () => {
  expect(validCount / (operationCount * supergraphs.length)).toBeGreaterThan(0.9);
});

describe('random operations include', () => {
  test.each([
    ['query', 200],
    ['mutation', 40],
    ['several operations', 10],
    ['alias', 200],
    ['alias of __typename', 20],
    ['alias of another field’s name', 100],
    ['alias that begins with __', 60],
    ['prototype name', 15],
    ['@include', 150],
    ['@skip', 150],
    ['variable', 200],
    ['variable with a default', 200],
    ['named fragment', 100],
    ['fragment on an abstract type', 80],
    ['field of an abstract type', 80],
    ['introspection', 8],
  ])('%s in at least %i of them', (feature, minimum) => {
    expect(documents.of(feature)).toBeGreaterThanOrEqual(minimum);
  });
});

describe('query plans include', () => {
  test.each([
    ['Sequence', 150],
    ['Parallel', 150],
    ['Flatten', 150],
    ['a requirement beyond a key', 30],
    ['inputRewrites', 50],
    ['outputRewrites', 10],
    ['KeyRenamer', 10],
    ['variables of a fetch', 100],
  ])('%s in at least %i of them', (feature, minimum) => {
    expect(plans.of(feature)).toBeGreaterThanOrEqual(minimum);
  });
});

describe('subgraphs that respond', () => {
  test.each([
    ['well', 'data', 300],
    ['well', 'an entity twice', 30],
    ['well', 'several entities', 80],
    ['well', 'seven calls', 20],
    ['with errors', 'data and errors', 100],
    ['with errors', 'null for data', 10],
    ['with nulls', 'valueCompletion', 80],
    ['with nulls', 'null for data', 20],
    ['with wrong types', 'valueCompletion', 60],
    ['with wrong types', 'errors', 30],
    ['with wrong types', 'thrown', 5],
    ['late', 'three calls', 100],
    ['not at all', 'data and errors', 80],
    ['not at all', 'null for data', 30],
    ['as badly as they can', 'data and errors', 80],
  ])('%s lead to %s in at least %i cases', (scenario, feature, minimum) => {
    expect(outcomes.get(scenario)?.of(feature)).toBeGreaterThanOrEqual(minimum);
  });
});
