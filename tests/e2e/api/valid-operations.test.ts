import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Operations that the specification allows and executors easily get wrong. */

let system: System;
let servers: SingleServers;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
  await ada.create('A picture');
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

interface Body {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

/** Posts a body until it is executed from the cache and compiled, and gives each response without the request ids. */
async function thrice(url: string, body: Body) {
  const responses = [];
  for (let time = 1; time <= 3; time++) {
    const response = await post(url, body, { authorization: `Bearer ${ada.accessToken}` });
    responses.push({ status: response.status, ...((await response.json()) as object) });
  }
  return responses;
}

const three = <Value>(value: Value): Value[] => [value, value, value];

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  let gateway: string;
  beforeAll(async () => {
    gateway = await servers.gateway({}, { executor });
  });

  describe('a document with several operations', () => {
    const query = `
      query A { me { id } }
      query B($n: Int) { me { ...F } }
      query C($is: Boolean = true) { resources(first: 1) { ...G @include(if: $is) } }
      fragment F on User { resources(first: $n) { totalCount ...G } }
      fragment G on ResourceConnection { nodes { title } }
    `;
    test.each([
      ['without the fragments and variables of the others', 'A', {}],
      ['with a fragment that spreads another', 'B', { n: 1 }],
      ['with the default of its own variable', 'C', {}],
    ])('executes the named one, %s', async (_, operationName, variables) => {
      const nodes = [{ title: 'A picture' }];
      const data = {
        A: { me: { id: ada.id } },
        B: { me: { resources: { totalCount: 1, nodes } } },
        C: { resources: { nodes } },
      }[operationName];
      expect(await thrice(gateway, { query, operationName, variables })).toEqual(three({ status: 200, data }));
    });
  });

  test('tells an operation from another whose name and text join to the same', async () => {
    expect(await thrice(gateway, { query: 'query\n{ me { id } }' })).toEqual(
      three({ status: 200, data: { me: { id: ada.id } } }),
    );
    expect(await thrice(gateway, { query: '{ me { id } }', operationName: 'query' })).toMatchObject(
      three({ status: 400, errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] }),
    );
  });
});

test.each(['auth', 'resources'] as const)(
  '%s tells operations apart whose names and texts join to the same',
  async (name) => {
    const named = { query: '{ __typename }', operationName: 'query' };
    expect(await thrice(system[name], { query: 'query\n{ __typename }' })).toEqual(
      three({ status: 200, data: { __typename: 'Query' } }),
    );
    expect(await thrice(system[name], named)).toMatchObject(
      three({ status: 400, errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] }),
    );
  },
);
