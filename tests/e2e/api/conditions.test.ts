import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestTo, type SendRequest, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Conditions, fragments and repeated fields, and the order in which mutations are executed. */

let system: System;
let servers: ReturnType<typeof serversBeside>;
let ada: TestUser;
let id: string;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});
beforeEach(async () => {
  id = await ada.create('old');
});

const columnOf = (text: string, document: UntypedDocument) => String(document).indexOf(text) + 1;

const titleOf = async (resourceId: string) => {
  const data = await ada.request.data(untyped('query ($id: ID!) { resource(id: $id) { title } }'), { id: resourceId });
  return (data as { resource: { title: string } | null }).resource?.title;
};

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  let request: SendRequest;
  beforeAll(async () => {
    request = requestTo(await servers.gateway({}, { executor }), ada.accessToken);
  });

  /** The text of a response, without the line end: the order of keys counts. */
  const send = async (query: UntypedDocument, variables: Record<string, unknown> = {}) =>
    (await request(query, variables)).text.trimEnd();

  /** Sends an operation until it is executed from the cache. */
  const expectThrice = async (query: UntypedDocument, data: unknown, variables?: Record<string, unknown>) => {
    for (let time = 1; time <= 3; time++) expect(await send(query, variables)).toBe(JSON.stringify({ data }));
  };

  describe('mutations are executed in the order of their fields', () => {
    const update = 'updateResource(input: { id: $id, title: "new" }) { resource { title } }';
    const remove = 'deleteResource(input: { id: $id }) { deletedResourceId }';

    test.each([
      ['a fragment comes last', `mutation ($id: ID!) { ${update} ...D } fragment D on Mutation { ${remove} }`],
      ['a fragment comes first', `mutation ($id: ID!) { ...U ${remove} } fragment U on Mutation { ${update} }`],
      ['they are in inline fragments', `mutation ($id: ID!) { ... { ${update} } ... on Mutation { ${remove} } }`],
      ['one is between inline fragments', `mutation ($id: ID!) { ...{ __typename } ${update} ...{ ${remove} } }`],
      [
        'one has a condition',
        `mutation ($id: ID!, $a: Boolean = true) { ${update} ... @include(if: $a) { ${remove} } }`,
      ],
    ])('if %s', async (_, query) => {
      const { data, errors } = (await request(untyped(query), { id })) as { data: object; errors: unknown[] };
      expect(errors).toEqual([]);
      expect(data).toMatchObject({
        updateResource: { resource: { title: 'new' } },
        deleteResource: { deletedResourceId: id },
      });
      expect(Object.keys(data).filter((key) => key !== '__typename')).toEqual(['updateResource', 'deleteResource']);
    });
  });

  test('a mutation that a condition in a condition leaves out is not executed', async () => {
    const query = untyped(`mutation ($id: ID!, $a: Boolean!) { ... @include(if: $a) {
      deleteResource(input: { id: $id }) @skip(if: true) { deletedResourceId }
      deleteToo: deleteResource(input: { id: $id }) @include(if: false) { deletedResourceId }
      updateResource(input: { id: $id, title: "kept" }) { resource { title } }
    } }`);
    await expectThrice(query, { updateResource: { resource: { title: 'kept' } } }, { id, a: true });
    expect(await titleOf(id)).toBe('kept');
    await expectThrice(query, {}, { id, a: false });
  });

  test.each([true, false])('a field that is repeated under a condition is executed once, if that is %s', async (a) => {
    const query = untyped(`mutation ($id: ID!, $a: Boolean!) {
      updateResource(input: { id: $id, title: "once" }) @include(if: $a) { resource { id } }
      logout(input: { refreshToken: "none" }) { loggedOut }
      updateResource(input: { id: $id, title: "once" }) { resource { version } }
    }`);
    const resource = a ? { id, version: 2 } : { version: 2 };
    const logout = { loggedOut: true };
    const data = a ? { updateResource: { resource }, logout } : { logout, updateResource: { resource } };
    expect(await send(query, { id, a })).toBe(JSON.stringify({ data }));
  });

  test('a field of which conditions leave nothing selected is executed, and is an empty object', async () => {
    const query = untyped(`mutation ($id: ID!, $a: Boolean!, $b: Boolean!) {
      updateResource(input: { id: $id, title: "executed" }) @include(if: $a) { resource @include(if: $b) { id } }
    }`);
    await expectThrice(query, { updateResource: {} }, { id, a: true, b: false });
    expect(await titleOf(id)).toBe('executed');
    await expectThrice(
      untyped('query ($a: Boolean!, $b: Boolean!) { me @include(if: $a) { username @include(if: $b) } }'),
      { me: {} },
      { a: true, b: false },
    );
    const lists = untyped('query ($no: Boolean!) { me { resources(first: 2) { nodes { id @include(if: $no) } } } }');
    expect(await send(lists, { no: false })).toContain('{"data":{"me":{"resources":{"nodes":[{}');
    await expectThrice(untyped('{ me @skip(if: true) { id } }'), {});
  });

  test('conditions on fragments and on what they spread are evaluated', async () => {
    const query = untyped(`query ($a: Boolean!, $b: Boolean!) { me { ...F @include(if: $a) id } ...R @skip(if: $a) }
      fragment F on User { username @include(if: $b) ...G @skip(if: $b) }
      fragment G on User { name: username }
      fragment R on Query { you: me { ...F } }`);
    const { username } = ada;
    await expectThrice(query, { me: { username, id: ada.id } }, { a: true, b: true });
    await expectThrice(query, { me: { name: username, id: ada.id } }, { a: true, b: false });
    await expectThrice(query, { me: { id: ada.id }, you: { username } }, { a: false, b: true });
  });

  test('fields are in the order of those that conditions include, also beside introspection', async () => {
    await expectThrice(
      untyped('{ __schema @skip(if: true) { queryType { name } } me { id } __schema { queryType { name } } }'),
      {
        me: { id: ada.id },
        __schema: { queryType: { name: 'Query' } },
      },
    );
    await expectThrice(untyped('{ a: __schema { queryType @skip(if: true) { name } } me { id } }'), {
      a: {},
      me: { id: ada.id },
    });
  });

  describe('a condition that is null', () => {
    const message = 'Variable "$c" must not be null here: send a value, or leave it out for its default.';
    const nullError = (path: unknown[] | undefined, column: number) => ({
      message,
      ...(path && { path }),
      locations: [{ line: 1, column }],
      extensions: { code: 'BAD_USER_INPUT' },
    });
    const sendNull = async (query: UntypedDocument, variables: object = {}) =>
      JSON.parse(await send(query, { ...variables, c: null }));

    test('is no error where it is not evaluated', async () => {
      const query = untyped('query ($a: Boolean!, $c: Boolean = true) { me @include(if: $a) { id @include(if: $c) } }');
      expect(await sendNull(query, { a: false })).toEqual({ data: {} });
      const skipped = untyped('query ($c: Boolean = true) { me { id username @skip(if: true) @include(if: $c) } }');
      expect(await sendNull(skipped)).toEqual({ data: { me: { id: ada.id } } });
    });

    test('is an error of the object, and leaves the others', async () => {
      const query = untyped(
        'query ($c: Boolean = true) { me { id resources @include(if: $c) { totalCount } } you: me { id } }',
      );
      expect(await sendNull(query)).toEqual({
        data: { me: null, you: { id: ada.id } },
        errors: [nullError(['me'], columnOf('$c)', query))],
      });
    });

    test('nulls the next nullable field', async () => {
      const query = untyped('query ($c: Boolean = true) { me { id resources { nodes { title @skip(if: $c) } } } }');
      expect(await sendNull(query)).toEqual({
        data: { me: { id: ada.id, resources: null } },
        errors: [nullError(['me', 'resources', 'nodes', 0], columnOf('$c)', query))],
      });
    });

    test('of a root field leaves nothing executed', async () => {
      const query = untyped(
        'mutation ($id: ID!, $c: Boolean = true) { deleteResource(input: { id: $id }) { deletedResourceId } ... @skip(if: $c) { __typename } }',
      );
      expect(await sendNull(query, { id })).toEqual({
        data: null,
        errors: [nullError(undefined, columnOf('$c)', query))],
      });
      expect(await titleOf(id)).toBe('old');
    });

    test('in a mutation that is executed is an error of its object', async () => {
      const query = untyped(
        'mutation ($id: ID!, $c: Boolean = true) { updateResource(input: { id: $id, title: "new" }) { resource { id @include(if: $c) } } }',
      );
      const { data, errors } = await sendNull(query, { id });
      expect([data, errors]).toEqual([
        { updateResource: null },
        [nullError(['updateResource', 'resource'], columnOf('$c)', query))],
      ]);
      expect(await titleOf(id)).toBe('new');
    });
  });

  test('an invalid variable is rejected at its place in the client’s document, whatever the conditions use', async () => {
    const query = untyped(
      'query ($a: Boolean!, $n: Int) { me { id resources(first: $n) @include(if: $a) { totalCount } } }',
    );
    const { errors } = JSON.parse(await send(query, { a: false, n: 'three' }));
    expect(errors).toMatchObject([{ locations: [{ line: 1, column: columnOf('$n', query) }] }]);
  });
});
