import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { requestTo, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { deadUrl } from '../../support/http/servers.ts';
import { serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Response names that a gateway needs for itself: those of keys, `__typename`, and others of the kind. */

let system: System;
let ada: TestUser;
let resourceId: string;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  resourceId = await ada.create('A picture');
});
afterAll(() => system.stop());

/** Sends a document three times: as a new one, prepared, and again. The order of keys is compared, too. */
async function expectThrice(document: UntypedDocument, data: unknown, variables: Record<string, unknown> = {}) {
  for (let time = 0; time < 3; time += 1)
    expect((await ada.request(document, variables)).text.trimEnd()).toBe(JSON.stringify({ data }));
}

describe('a field is returned under an alias that is', () => {
  test('the name of a key, which another subgraph needs', async () => {
    const { username } = ada;
    await expectThrice(untyped('{ me { id: username resources { totalCount } } }'), {
      me: { id: username, resources: { totalCount: 1 } },
    });
    await expectThrice(
      untyped('{ resources { nodes { owner { id: username resources { totalCount } } id: title } } }'),
      {
        resources: { nodes: [{ owner: { id: username, resources: { totalCount: 1 } }, id: 'A picture' }] },
      },
    );
  });

  test('the name of a key, for an object', () =>
    expectThrice(untyped('{ me { id: resources { nodes { id: owner { id: username } } } username: id } }'), {
      me: { id: { nodes: [{ id: { id: ada.username } }] }, username: ada.id },
    }));

  test('__typename, of a leaf and of an object', async () => {
    await expectThrice(untyped('{ me { __typename: username } }'), { me: { __typename: ada.username } });
    await expectThrice(untyped('{ me { __typename: resources { __typename: totalCount } } }'), {
      me: { __typename: { __typename: 1 } },
    });
    await expectThrice(untyped('{ resources { nodes { __typename: title } } }'), {
      resources: { nodes: [{ __typename: 'A picture' }] },
    });
    await expectThrice(untyped('{ resources { __typename: totalCount } }'), { resources: { __typename: 1 } });
    await expectThrice(untyped('{ __typename: me { id } }'), { __typename: { id: ada.id } });
  });

  test('another name that begins with __', () =>
    expectThrice(untyped('{ __schema: me { __proto__: username __own: id } __type: __typename }'), {
      __schema: { ...JSON.parse(`{ "__proto__": ${JSON.stringify(ada.username)} }`), __own: ada.id },
      __type: 'Query',
    }));

  test('the name of a property that every object has', () =>
    expectThrice(untyped('{ constructor: me { toString: username hasOwnProperty: id } }'), {
      constructor: { toString: ada.username, hasOwnProperty: ada.id },
    }));

  test('the name of another field, for __typename', () =>
    expectThrice(untyped('{ me { id: __typename username: __typename resources { totalCount: __typename } } }'), {
      me: { id: 'User', username: 'User', resources: { totalCount: 'ResourceConnection' } },
    }));

  test('the name of another field of the root type', () =>
    expectThrice(
      untyped('{ me: resources { totalCount } resources: me { id } sessions: resource(id: "none") { id } }'),
      {
        me: { totalCount: 1 },
        resources: { id: ada.id },
        sessions: null,
      },
    ));

  test('the field’s own name, or the name of a key of another type', () =>
    expectThrice(untyped('{ me { id: id username: username resources { id: totalCount nodes { username: id } } } }'), {
      me: { id: ada.id, username: ada.username, resources: { id: 1, nodes: [{ username: resourceId }] } },
    }));

  test('a name that the gateway might choose', () =>
    expectThrice(untyped('{ me { id: username alias_id: id alias1_id: id __id: id } }'), {
      me: { id: ada.username, alias_id: ada.id, alias1_id: ada.id, __id: ada.id },
    }));
});

describe('fields under such an alias', () => {
  test('merge, within and between fragments', () =>
    expectThrice(
      untyped(`{ me { id: resources { totalCount } ...Count ... on User { id: resources { __typename } } } }
       fragment Count on User { id: resources { nodes { id: title } ...Again } }
       fragment Again on ResourceConnection { nodes { id: title title: id } }`),
      {
        me: {
          id: { totalCount: 1, nodes: [{ id: 'A picture', title: resourceId }], __typename: 'ResourceConnection' },
        },
      },
    ));

  test('follow @skip and @include', async () => {
    const document = untyped(`query ($is: Boolean!) {
      me { id: username @include(if: $is) username: id @skip(if: $is) resources { totalCount } }
    }`);
    const resources = { totalCount: 1 };
    await expectThrice(document, { me: { id: ada.username, resources } }, { is: true });
    await expectThrice(document, { me: { username: ada.id, resources } }, { is: false });
  });

  test('take variables', () =>
    expectThrice(
      untyped('query ($id: ID!) { resources: resource(id: $id) { id: title owner { id: username } } }'),
      { resources: { id: 'A picture', owner: { id: ada.username } } },
      { id: resourceId },
    ));

  test('are renamed in the selected operation of a document only', async () => {
    const document = untyped('query A { me { id } } query B { me { id: username resources { totalCount } } }');
    const post = async (operationName: string) => {
      const response = await fetch(system.gateway, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.accessToken}` },
        body: JSON.stringify({ query: String(document), operationName }),
      });
      return response.json();
    };
    for (let time = 0; time < 2; time += 1) {
      expect(await post('A')).toEqual({ data: { me: { id: ada.id } } });
      expect(await post('B')).toEqual({ data: { me: { id: ada.username, resources: { totalCount: 1 } } } });
    }
  });
});

describe('a mutation', () => {
  test('is executed once, and its result is returned under __typename', async () => {
    const id = await ada.create();
    const document = untyped(
      'mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { __typename: deletedResourceId } }',
    );
    const deleted = await ada.request(document, { input: { id } });
    expect(deleted.text.trimEnd()).toBe(JSON.stringify({ data: { deleteResource: { __typename: id } } }));
    expect(await ada.request.error(document, { input: { id } })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is the one that it names, under the name of another one', async () => {
    const id = await ada.create();
    const document = untyped(
      'mutation ($input: DeleteResourceInput!) { createResource: deleteResource(input: $input) { deletedResourceId } }',
    );
    expect(await ada.request.data(document, { input: { id } })).toEqual({ createResource: { deletedResourceId: id } });
  });
});

describe('an error’s path has the client’s response names', () => {
  test('for an error of a subgraph', async () => {
    for (let time = 0; time < 2; time += 1) {
      const answer = await ada.request(untyped('{ me { id: resources(first: 0) { totalCount } username: id } }'));
      expect(answer.data).toEqual({ me: { id: null, username: ada.id } });
      expect(answer.errors).toMatchObject([{ path: ['me', 'id'], extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('for an error of a root field', async () => {
    const answer = await system.request(untyped('{ resources: me { id } me: resources { totalCount } }'));
    expect(answer.errors.map(({ path }) => path).sort()).toEqual([['me'], ['resources']]);
  });

  test('for a subgraph that is down', async () => {
    const servers = serversBeside(system);
    onTestFinished(servers.stop);
    const gateway = await servers.gateway({ resources: await deadUrl() });
    const request = requestTo(gateway, ada.accessToken);
    for (let time = 0; time < 2; time += 1) {
      const answer = await request(untyped('{ me { __typename: username id: resources { totalCount } } }'));
      expect(answer.data).toEqual({ me: { __typename: ada.username, id: null } });
      expect(answer.errors).toMatchObject([{ path: ['me', 'id'], extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    }
  });
});

describe('a subgraph returns fields under such aliases, by graphql-js and then by graphql-jit:', () => {
  const inAuth = untyped(
    '{ me { __typename: username username: id kind: __typename } __typename: sessions { id: isCurrent } }',
  );
  const inResources = untyped(
    '{ resources { __typename: totalCount nodes { __typename: title id: version owner { __own: id } } } }',
  );

  test('auth', async () => {
    const request = requestTo(system.auth, ada.accessToken);
    const data = { me: { __typename: ada.username, username: ada.id, kind: 'User' }, __typename: [{ id: true }] };
    for (let time = 0; time < 3; time += 1) expect(await request.data(inAuth)).toEqual(data);
  });

  test('resources', async () => {
    const request = requestTo(system.resources, ada.accessToken);
    const nodes = [{ __typename: 'A picture', id: 1, owner: { __own: ada.id } }];
    const data = { resources: { __typename: 1, nodes } };
    for (let time = 0; time < 3; time += 1) expect(await request.data(inResources)).toEqual(data);
  });
});
