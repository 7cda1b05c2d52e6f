import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GraphqlResponse, requestTo, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
let bob: TestUser;
let adasResource: string;
beforeAll(async () => {
  system = await startSystem();
  [ada, bob] = [await system.signUp(), await system.signUp()];
  adasResource = await ada.create('Mine');
});
afterAll(() => system.stop());

interface Entities {
  _entities: unknown[];
}

const lookUp = untyped(`query ($who: [_Any!]!) {
  _entities(representations: $who) { ... on User { id username } }
}`);
const lookUpResources = untyped(`query ($what: [_Any!]!) {
  _entities(representations: $what) { ... on Resource { id title } }
}`);

const userAt = (token?: string): Promise<GraphqlResponse<Entities>> =>
  requestTo(system.auth, token)(lookUp, { who: [{ __typename: 'User', id: ada.id }] });
const resourceAt = (token?: string): Promise<GraphqlResponse<Entities>> =>
  requestTo(system.resources, token)(lookUpResources, { what: [{ __typename: 'Resource', id: adasResource }] });

test('_entities without a token is rejected, as a query is', async () => {
  for (const answer of [await userAt(), await resourceAt()]) {
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }]);
    expect(answer.data?._entities).toEqual([null]);
  }
});

test('_entities does not find another user’s resource, as a query does not', async () => {
  for (const answer of [await userAt(bob.accessToken), await resourceAt(bob.accessToken)]) {
    expect(answer.errors).toEqual([]);
    expect(answer.data?._entities).toEqual([null]);
  }
});

test('_entities finds a resource of the viewer', async () => {
  expect((await userAt(ada.accessToken)).data?._entities).toEqual([{ id: ada.id, username: ada.username }]);
  expect((await resourceAt(ada.accessToken)).data?._entities).toEqual([{ id: adasResource, title: 'Mine' }]);
});
