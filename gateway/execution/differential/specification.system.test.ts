import { describe, expect, test } from 'vitest';
import { createExecutor } from '../../executor.ts';
import { createCompiledExecutor } from '../compiled-executor.ts';
import { resolveConditions } from '../preprocessing/conditions.ts';
import { type RandomOperation, randomOperation } from './operations/random-operation.ts';
import { departures, isRejected, observeGateway, observeSpecification } from './specification.ts';
import { supergraphs } from './supergraphs/all.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** Random operations over each supergraph. */
const operationCount = 600;

const [own] = supergraphs;
const ownOperations = operationsOver(own);
const withNullConditions = [...ownOperations, ...ownOperations.flatMap(withNulls)];

function operationsOver({ name, api }: Supergraph): RandomOperation[] {
  const seeds = Array.from({ length: operationCount }, (_, number) => `${name} condition ${number}`);
  const operations = seeds.flatMap((seed) => randomOperation(api, seed, { mutation: 0.5, conditions: 0.45 }) ?? []);
  // Schemas list their types in any order.
  return operations.filter(({ source }) => !source.includes(' types {'));
}

/** Gives null for each variable that only its default allows in a condition. */
function withNulls(operation: RandomOperation): RandomOperation[] {
  const nullable = [...operation.source.matchAll(/\$(\w+): Boolean =/g)].map(([, name]) => [name, null]);
  if (nullable.length === 0) return [];
  const variables = (run: string) => ({ ...operation.variables(run), ...Object.fromEntries(nullable) });
  return [{ ...operation, seed: `${operation.seed} with nulls`, variables }];
}

type Observe = ReturnType<typeof observeSpecification>;

/** Describes the first operations whose outcomes depart from the specification's. Most must not be rejected. */
async function findDepartures(specified: Observe, tested: Observe, operations: RandomOperation[]): Promise<string[]> {
  const found: string[] = [];
  let rejectedCount = 0;
  for (const operation of operations) {
    const outcome = await tested(operation);
    if (isRejected(outcome)) {
      rejectedCount += 1;
      continue;
    }
    const departed = departures(await specified(operation), outcome);
    const variables = JSON.stringify(operation.variables('without faults'));
    if (departed.length > 0) found.push([operation.seed, operation.source, variables, ...departed].join('\n'));
  }
  expect(rejectedCount).toBeLessThan(operations.length / 2);
  return found;
}

describe('operations with conditions, fragments and mutations have the outcome that graphql-js gives', {
  timeout: 120_000,
}, () => {
  test.each(['compiled', 'apollo'] as const)('with the executor %s', async (name) => {
    const tested = await observeGateway(own, (settings) => createExecutor(name, settings));
    const found = await findDepartures(observeSpecification(own), tested, withNullConditions);
    expect(found.slice(0, 3)).toEqual([]);
  });

  test.each(supergraphs)('once conditions are evaluated, over supergraph $name', async (supergraph) => {
    const tested = observeSpecification(supergraph, resolveConditions);
    const operations = supergraph === own ? withNullConditions : operationsOver(supergraph);
    const found = await findDepartures(observeSpecification(supergraph), tested, operations);
    expect(found.slice(0, 3)).toEqual([]);
  });
});

test('an executor that plans conditions departs from the specification, in data and mutations', {
  timeout: 120_000,
}, async () => {
  const tested = await observeGateway(own, createCompiledExecutor);
  const found = await findDepartures(observeSpecification(own), tested, ownOperations);
  for (const part of ['data', 'mutations']) expect(found.some((text) => text.includes(`\n${part}\n`))).toBe(true);
});
