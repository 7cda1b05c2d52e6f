import { beforeAll, describe, expect, test } from 'vitest';
import { operationsOver } from './assert-equivalent.ts';
import { featuresOfDocument, featuresOfOutcome, featuresOfPlan } from './coverage.ts';
import { createStockGateway } from './gateways.ts';
import { createStage } from './harness.ts';
import { moods } from './scenarios.ts';
import { supergraphs } from './supergraphs/all.ts';

/** As many random operations over each supergraph as make sure that what is asked for below is there. */
const count = 120;

const documents = createCounts();
const plans = createCounts();
const outcomes = new Map(moods.map(({ name }) => [name, createCounts()]));
let valid = 0;

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
    const stage = await createStage(supergraph, createStockGateway);
    const operations = operationsOver(supergraph, count);
    valid += operations.length;
    for (const operation of operations) {
      documents.add(featuresOfDocument(operation.document, supergraph.api));
      for (const mood of moods) {
        outcomes.get(mood.name)?.add(featuresOfOutcome(await stage.runStock(operation, mood)));
      }
    }
    for (const plan of stage.plans.values()) plans.add(featuresOfPlan(plan));
    await stage.stop();
  }
}, 120_000);

test('random operations are valid', () => {
  expect(valid / (count * supergraphs.length)).toBeGreaterThan(0.9);
});

describe('among the operations there are', () => {
  test.each([
    ['query', 200],
    ['mutation', 40],
    ['several operations', 10],
    ['alias', 200],
    ['alias of __typename', 20],
    ['odd name', 15],
    ['@include', 150],
    ['@skip', 150],
    ['variable', 200],
    ['variable with a default', 200],
    ['named fragment', 100],
    ['fragment on an abstract type', 80],
    ['field of an abstract type', 80],
    ['introspection', 8],
  ])('some with: %s', (feature, least) => {
    expect(documents.of(feature)).toBeGreaterThanOrEqual(least);
  });
});

describe('among their plans there are', () => {
  test.each([
    ['Sequence', 150],
    ['Parallel', 150],
    ['Flatten', 150],
    ['Condition', 50],
    ['elseClause', 20],
    ['a requirement beyond a key', 30],
    ['inputRewrites', 50],
    ['outputRewrites', 10],
    ['KeyRenamer', 10],
    ['variables of a fetch', 100],
  ])('some with: %s', (feature, least) => {
    expect(plans.of(feature)).toBeGreaterThanOrEqual(least);
  });
});

describe('subgraphs that answer', () => {
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
  ])('%s lead to: %s', (mood, feature, least) => {
    expect(outcomes.get(mood)?.of(feature)).toBeGreaterThanOrEqual(least);
  });
});
