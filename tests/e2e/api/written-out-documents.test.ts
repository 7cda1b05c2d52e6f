import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let servers: SingleServers;
let ada: TestUser;
let id: string;
let unidentified: string;
beforeAll(async () => {
  system = await startSystem({}, { calls: 'network' });
  servers = serversBeside(system);
  ada = await system.signUp();
  id = await ada.create();
  unidentified = await servers.resourcesAt(0);
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

const list = (length: number, item: (at: number) => string) => Array.from({ length }, (_, at) => item(at)).join(' ');
const everyField =
  'id title description version createdAt updatedAt image { url contentType width height sizeBytes sha256 }';
/** Fields of a user, whose resources have an owner, whose resources … */
const nested = (times: number, inner: string) =>
  `${'resources(first: 1) { nodes { owner { '.repeat(times)} ${inner} ${'} } } '.repeat(times)}`;

const everyArgument =
  '(first: 1, after: null, last: null, before: null, orderBy: TITLE, filter: { contentType: "image/png", createdFrom: "2026-01-01T00:00:00.000Z", createdBefore: "2027-01-01T00:00:00.000Z" })';

const namesOfThePlan: [string, () => string] = [
  'names that the plan needs for itself',
  () =>
    `{ ${list(3, (at) => `__r${at}: me { id: username __typename: resources { id: nodes { id: owner { id: username } } } }`)} }`,
];

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  describe('what the gateway takes is never rejected by a subgraph into which it is written out:', () => {
    test.each<[string, () => string]>([
      [
        '20 aliases of 20 root fields',
        () => `{ ${list(20, (at) => `a${at}: resource(id: "${id}") { ${everyField} }`)} }`,
      ],
      ['12 levels', () => `{ me { ${nested(3, `resources { totalCount }`)} } }`],
      [
        'fragments that are spread at every level',
        () =>
          `{ me { ...U } } fragment U on User { id resources(first: 3) { ...C } } fragment C on ResourceConnection { totalCount nodes { ...R owner { id resources(first: 3) { nodes { ...R owner { ...V } } edges { node { ...R owner { ...V } } } } } } }
           fragment V on User { id username resources { totalCount } } fragment R on Resource { ${everyField} }`,
      ],
      [
        'fragments with many arguments, spread many times',
        () =>
          `{ me { ...A resources(first: 1) { nodes { owner { ...A } } edges { node { owner { ...A } } } } } }
           fragment A on User { ${list(5, (at) => `a${at}: resources(first: 1, orderBy: TITLE, filter: { contentType: "image/png", createdFrom: "2026-01-01T00:00:00.000Z" }) { totalCount }`)} }`,
      ],
      [
        '20 aliases of lists with every argument, and as many selections as are allowed',
        () =>
          `{ me { ${list(20, (at) => `a${at}: resources${everyArgument} { totalCount nodes { ...R owner { ...U } } edges { node { ...R owner { ...U } } } }`)} } }
           fragment U on User { id username createdAt resources${everyArgument} { totalCount nodes { ...R } } }
           fragment R on Resource { id title version createdAt updatedAt image { url } }`,
      ],
      [
        '10 directives',
        () => `{ me { ${'... @include(if: true) { '.repeat(10)} id @include(if: true) ${'} '.repeat(10)} } }`,
      ],
      [
        'a name of 128 characters',
        () => `query ${'Q'.repeat(128)} { ${'a'.repeat(128)}: me { ${'b'.repeat(128)}: resources { totalCount } } }`,
      ],
      [
        '300 inline fragments in each other',
        () => `{ me { ${'... { '.repeat(300)} resources { totalCount } ${'} '.repeat(300)} } }`,
      ],
      ['a field 500 times', () => `{ me { ${'id '.repeat(500)} resources { totalCount } } }`],
      // Apollo's executor rejects such names.
      ...(executor === 'apollo' ? [] : [namesOfThePlan]),
    ])('%s', { timeout: 60_000 }, async (_, query) => {
      // The second one has no key, and cannot tell who calls.
      for (const resources of [system.resources, unidentified]) {
        const gateway = await servers.gateway({ resources }, { executor, timeoutMs: 30_000 });
        for (let time = 1; time <= 2; time++) {
          const { status, errors } = await requestTo(gateway, ada.accessToken)(untyped(query()));
          expect([status, errors]).toEqual([200, []]);
        }
      }
    });
  });
});
