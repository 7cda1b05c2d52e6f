import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWriter } from '../../../bench/worst/document.ts';
import { queryGene } from '../../../bench/worst/genes.ts';
import { defaultMaxCost } from '../../../platform/cost/limit-cost.ts';
import { requestTo, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

const supergraphSdl = readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8');

let system: System;
let ada: TestUser;
let resourceId: string;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  for (let nth = 0; nth < 3; nth += 1) resourceId = String(await ada.create());
});
afterAll(() => system.stop());

describe('a cost that the gateway takes is never rejected by a subgraph into which an operation is written out', () => {
  const write = createWriter({ supergraphSdl, maxCost: defaultMaxCost });

  test('queries up to the largest cost', { timeout: 120_000 }, async () => {
    const samples = fc.sample(queryGene, { seed: 20_261_204, numRuns: 40 });
    let largest = 0;
    for (const gene of samples) {
      const query = write(gene, resourceId);
      if (!query) continue;
      largest = Math.max(largest, query.cost);
      const { status, errors } = await ada.request(untyped(query.source), query.variables);
      expect([query.source, status, errors]).toEqual([query.source, 200, []]);
    }
    expect(largest).toBeGreaterThan(0.9 * defaultMaxCost);
  });

  test.each<[string, UntypedDocument, Record<string, unknown>]>([
    ['a size by a variable', untyped('query ($n: Int) { resources(first: $n) { nodes { id } } }'), { n: 100 }],
    [
      'a size by the default of a variable',
      untyped('query ($n: Int = 100) { resources(first: $n) { nodes { id } } }'),
      {},
    ],
    [
      'a condition',
      untyped('query ($x: Boolean!) { resources { nodes { id @skip(if: $x) owner @include(if: $x) { username } } } }'),
      { x: true },
    ],
    [
      'an entity below an entity',
      untyped('{ me { resources(first: 90) { nodes { owner { resources(first: 90) { totalCount } } } } } }'),
      {},
    ],
  ])('%s', async (_, query, variables) => {
    const { status, errors } = await ada.request(query, variables);
    expect([status, errors]).toEqual([200, []]);
  });
});

describe('a subgraph limits the cost of any caller', () => {
  const counts = untyped(
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { resources { totalCount } } } }',
  );
  const send = (count: number) =>
    requestTo(system.resources, ada.accessToken)(counts, {
      who: Array(count).fill({ __typename: 'User', id: ada.id }),
    });

  test('5,000 representations are rejected before any is resolved', async () => {
    const { status, data, errors } = await send(5_000);
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: 5_000 * (1 + 10 + 5), maxCost: defaultMaxCost },
    ]);
  });

  test('so is one more than a gateway sends at once, which the field says', async () => {
    const { errors } = await send(101);
    expect(errors).toMatchObject([{ path: ['_entities'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await send(100)).toMatchObject({ status: 200, errors: [] });
  });

  test('nested lists are rejected by the subgraph itself', async () => {
    const nested = untyped(
      '{ resources(first: 100) { nodes { owner { resources(first: 100) { nodes { title } } } } } }',
    );
    const { status, errors } = await requestTo(system.resources, ada.accessToken)(nested);
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }]);
  });
});
