import { describe, expect, test } from 'vitest';
import { ApiError } from '../../platform/api-error.ts';
import type { Viewer } from '../../platform/tokens/access-token.ts';
import { missing, ofViewer, script, session, startExecutor } from './testing/gateway.ts';

const unauthenticated = { code: 'UNAUTHENTICATED', reason: 'MISSING' };
const forbidden = { code: 'FORBIDDEN' };

const user = { __typename: 'User', id: '1', name: 'ada', secret: 's' };
const users = {
  sdl: `
    type Query {
      user: User
      users: [User!]!
      me: User @authenticated
      mine(id: ID): User @requiresScopes(scopes: [["read"]])
      person: User @policy(policies: [["person"]])
    }
    type Mutation { rename(to: String!): User @authenticated touch: User erase: User @requiresScopes(scopes: [["write"]]) }
    type User @key(fields: "id") { id: ID! name: String secret: String @authenticated }
  `,
  resolvers: {
    Query: {
      user: () => user,
      users: () => [user, { ...user, id: '2' }],
      me: () => user,
      mine: () => user,
      person: () => user,
    },
    Mutation: { rename: () => user, touch: () => user, erase: () => user },
    User: { __resolveReference: () => user },
  },
};
const mails = {
  sdl: `
    type User @key(fields: "id") {
      id: ID!
      mail: String @requiresScopes(scopes: [["mail"]])
      count: Int
      must: Int! @requiresScopes(scopes: [["mail"]])
    }
  `,
  resolvers: {
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ __typename: 'User', id, mail: 'm', count: 1, must: 2 }),
    },
  },
};
const policies = { person: { isMetBy: ({ scopes }: Viewer) => !scopes, description: 'a log-in' } };
const parts = { subgraphs: { users, mails }, policies };

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (name) => {
  const start = () => startExecutor(name, parts);

  test('an operation whose root fields are all denied calls no subgraph', async () => {
    const { run } = await start();
    expect(await run('{ a: me { id } mine { id } __typename }', missing)).toEqual({
      data: { a: null, mine: null, __typename: 'Query' },
      errors: [
        ['a', unauthenticated],
        ['mine', unauthenticated],
      ],
      calls: [],
    });
    expect(await run('{ person { id } __schema { queryType { name } } }', script('read'))).toEqual({
      data: { person: null, __schema: { queryType: { name: 'Query' } } },
      errors: [['person', forbidden]],
      calls: [],
    });
    expect(await run('mutation { erase { id } rename(to: "b") { id } }', missing)).toMatchObject({
      data: { erase: null, rename: null },
      calls: [],
    });
  });

  test('the rest is answered, in the order of the document', async () => {
    const { run } = await start();
    const { data, errors, calls } = await run('{ me { id } user { id secret name } mine { id } }', script('other'));
    expect(JSON.stringify(data)).toBe('{"me":{"id":"1"},"user":{"id":"1","secret":"s","name":"ada"},"mine":null}');
    expect([errors, calls.length]).toEqual([[['mine', forbidden]], 1]);
    expect(await run('{ user { id secret name } }', missing)).toEqual({
      data: { user: { id: '1', secret: null, name: 'ada' } },
      errors: [['user.secret', unauthenticated]],
      calls: [expect.not.stringContaining('secret')],
    });
  });

  test('a denied mutation is not executed, and the others are, in order', async () => {
    const { run } = await start();
    const query = 'mutation { a: touch { id } b: erase { id } c: rename(to: "x") { id } ... { d: touch { name } } }';
    const { data, errors, calls } = await run(query, session);
    expect([Object.keys(data as object), errors]).toEqual([['a', 'b', 'c', 'd'], []]);
    const denied = await run(query, missing);
    expect(JSON.stringify(denied.data)).toBe('{"a":{"id":"1"},"b":null,"c":null,"d":{"name":"ada"}}');
    expect(denied.errors).toEqual([
      ['b', unauthenticated],
      ['c', unauthenticated],
    ]);
    expect(calls.join()).toContain('erase');
    expect(denied.calls.join()).not.toMatch(/erase|rename/);
  });

  test('a field of another subgraph is denied in each object, and that subgraph is not called for it', async () => {
    const { run } = await start();
    expect(await run('{ users { id mail } }', script('other'))).toEqual({
      data: {
        users: [
          { id: '1', mail: null },
          { id: '2', mail: null },
        ],
      },
      errors: [
        ['users.0.mail', forbidden],
        ['users.1.mail', forbidden],
      ],
      calls: [expect.stringMatching(/^users:/)],
    });
    expect(await run('{ users { mail count } }', script('mail'))).toMatchObject({
      data: {
        users: [
          { mail: 'm', count: 1 },
          { mail: 'm', count: 1 },
        ],
      },
      errors: [],
    });
  });

  test('a denied field that is not nullable nulls what is above it', async () => {
    const { run } = await start();
    expect(await run('{ user { name } users { count must } }', missing)).toMatchObject({
      data: null,
      errors: [['users.0.must', unauthenticated]],
    });
    expect(await run('{ user { name count must } }', missing)).toMatchObject({
      data: { user: null },
      errors: [['user.must', unauthenticated]],
    });
  });

  test('only what conditions include is checked', async () => {
    const { prepare } = await start();
    const run = prepare(
      'query ($is: Boolean!) { user { name } me @include(if: $is) { id } ... @skip(if: $is) { person { id } } }',
    );
    expect(await run(script(), { is: true })).toMatchObject({ data: { user: {}, me: { id: '1' } }, errors: [] });
    expect(await run(missing, { is: true })).toMatchObject({ errors: [['me', unauthenticated]] });
    expect(await run(script(), { is: false })).toMatchObject({ errors: [['person', forbidden]] });
    expect(await run(session, { is: false })).toMatchObject({ data: { person: { id: '1' } }, errors: [] });
  });

  test('each caller of one operation gets what that caller may see', async () => {
    const { prepare } = await start();
    const run = prepare('query ($id: ID) { me { id secret mail } mine(id: $id) { id } person { id } }');
    const all = { me: { id: '1', secret: 's', mail: 'm' }, mine: { id: '1' }, person: { id: '1' } };
    const nothing = { me: null, mine: null, person: null };
    const reader = { me: { id: '1', secret: 's', mail: null }, mine: { id: '1' }, person: null };
    for (let time = 0; time < 3; time += 1) {
      expect((await run(missing)).data).toEqual(nothing);
      expect((await run(session)).data).toEqual(all);
      expect((await run(script('read'))).data).toEqual(reader);
      expect((await run(script('read', 'mail'))).data).toEqual({ ...reader, me: all.me });
    }
  });

  test('invalid variables are rejected first, also of denied fields', async () => {
    const { prepare } = await start();
    const run = prepare('mutation ($to: String!) { rename(to: $to) { id } }');
    for (const caller of [missing, session]) {
      const { data, calls } = await run(caller, {});
      expect([data, calls]).toEqual([undefined, []]);
    }
    expect(await run(missing, { to: 'b' })).toMatchObject({ data: { rename: null }, calls: [] });
  });

  test('a token that cannot be verified now is not called invalid', async () => {
    const { prepare } = await start();
    const error = new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.');
    const run = prepare('{ me { id } user { name } }');
    expect(await run({ error })).toMatchObject({
      data: { me: null, user: { name: 'ada' } },
      errors: [['me', { code: 'SERVICE_UNAVAILABLE' }]],
    });
    expect(await run(Promise.resolve(session))).toMatchObject({ data: { me: { id: '1' } }, errors: [] });
  });
});

test('callers who meet the same requirements share one version of an operation', async () => {
  const { prepare } = await startExecutor('compiled', parts);
  const fields = ['me { id }', 'mine { id }', 'person { id }', 'user { mail }'].join(' ');
  const run = prepare(`{ ${fields} }`);
  const identities = [missing, session, script(), script('read'), script('mail'), script('read', 'mail')];
  for (const caller of identities) await run(caller);
  const before = run.sizeBytes();
  for (let time = 0; time < 20; time += 1) await run(ofViewer({ id: String(time), sessionId: 's', scopes: ['read'] }));
  expect(run.sizeBytes()).toBe(before);
  expect(before).toBeLessThan(200_000);
});

describe('before a supergraph of an older composition,', () => {
  // GHSA-mx7m-j9xf-62hw
  test('a field that only its object’s type protects is denied through the interface', async () => {
    const node = { __typename: 'A', id: '1', secret: 's' };
    const { run } = await startExecutor('compiled', {
      subgraphs: {
        nodes: {
          sdl: `
            type Query { node: Node }
            interface Node { id: ID! secret: String }
            type A implements Node { id: ID! secret: String @authenticated }
          `,
          resolvers: { Query: { node: () => node } },
        },
      },
      changeSupergraph: (sdl) => withoutDirectiveAt(sdl, /^interface Node/, 'secret'),
    });
    expect(await run('{ node { id secret } }', missing)).toMatchObject({
      data: { node: { id: '1', secret: null } },
      errors: [['node.secret', unauthenticated]],
      calls: [expect.not.stringContaining('secret')],
    });
    expect(await run('{ node { ... on A { secret } } }', missing)).toMatchObject({ data: { node: { secret: null } } });
    expect(await run('{ node { secret } }', session)).toMatchObject({ data: { node: { secret: 's' } }, errors: [] });
  });

  test('a field that only the interface protects is denied in a fragment on the object’s type', async () => {
    const node = { __typename: 'A', id: '1', secret: 's' };
    const { run } = await startExecutor('compiled', {
      subgraphs: {
        nodes: {
          sdl: `
            type Query { node: Node }
            interface Node { id: ID! secret: String }
            type A implements Node { id: ID! secret: String @authenticated }
            type B implements Node { id: ID! secret: String }
          `,
          resolvers: { Query: { node: () => node } },
        },
      },
      changeSupergraph: (sdl) => withoutDirectiveAt(sdl, /^type A/, 'secret'),
    });
    expect(await run('{ node { ... on A { id secret } } }', missing)).toMatchObject({
      data: { node: { id: '1', secret: null } },
      errors: [['node.secret', unauthenticated]],
    });
  });

  // GHSA-m8jr-fxqx-8xx6
  test('a field that requires a protected field of another subgraph is denied', async () => {
    const { run } = await startExecutor('compiled', {
      subgraphs: {
        users,
        derived: {
          sdl: `type User @key(fields: "id") {
            id: ID!
            secret: String @external
            shown: String @requires(fields: "secret") @authenticated
          }`,
          resolvers: {
            User: {
              __resolveReference: ({ secret }: { secret: string }) => ({ __typename: 'User', shown: `<${secret}>` }),
            },
          },
        },
      },
      policies,
      changeSupergraph: (sdl) => withoutDirectiveAt(sdl, /^type User/, 'shown'),
    });
    expect(await run('{ user { name shown } }', missing)).toMatchObject({
      data: { user: { name: 'ada', shown: null } },
      errors: [['user.shown', unauthenticated]],
      calls: [expect.not.stringContaining('secret')],
    });
    expect(await run('{ user { shown } }', session)).toMatchObject({ data: { user: { shown: '<s>' } }, errors: [] });
  });
});

describe('before a supergraph of an older composition, what leads to a protected field over two steps is denied:', () => {
  const owning = {
    sdl: `
      type Query { user: User any: Any named: Named }
      union Any = User | Other
      interface Named { name: String secret: String }
      interface Secretive { secret: String }
      type User implements Named & Secretive @key(fields: "id") {
        id: ID! name: String secret: String @authenticated profile: Profile
      }
      type Other { name: String }
      type Profile { inner: String @authenticated }
    `,
    resolvers: {
      Query: {
        user: () => ({ __typename: 'User', id: '1', secret: 's', name: 'ada', profile: { inner: 'i' } }),
        any: () => ({ __typename: 'User', id: '1', secret: 's', name: 'ada' }),
        named: () => ({ __typename: 'User', id: '1', secret: 's', name: 'ada' }),
      },
      User: { __resolveReference: ({ id }: { id: string }) => ({ id, secret: 's', profile: { inner: 'i' } }) },
    },
  };
  const derived = {
    sdl: `
      type User @key(fields: "id") {
        id: ID!
        secret: String @external
        profile: Profile @external
        first: String @requires(fields: "secret") @authenticated
        nested: String @requires(fields: "profile { inner }") @authenticated
      }
      type Profile { inner: String @external }
    `,
    resolvers: {
      User: {
        __resolveReference: (user: { secret?: string; profile?: { inner: string } }) => ({
          ...user,
          first: `<${user.secret}>`,
          nested: `<${user.profile?.inner}>`,
        }),
      },
    },
  };
  const last = {
    sdl: `type User @key(fields: "id") {
      id: ID!
      first: String @external
      second: String @requires(fields: "first") @authenticated
    }`,
    resolvers: { User: { __resolveReference: ({ first }: { first: string }) => ({ second: `<${first}>` }) } },
  };
  const startOld = () =>
    startExecutor('compiled', {
      subgraphs: { owning, derived, last },
      changeSupergraph: (sdl) =>
        withoutDirectivesAt(sdl, [
          [/^type User/, 'first'],
          [/^type User/, 'nested'],
          [/^type User/, 'second'],
          [/^interface Named/, 'secret'],
          [/^interface Secretive/, 'secret'],
        ]),
    });

  test.each([
    ['a chain of @requires', '{ user { name x: second } }', 'user.x'],
    ['@requires of a nested field', '{ user { name x: nested } }', 'user.x'],
    ['a union', '{ any { ... on User { name x: secret } } }', 'any.x'],
    ['an interface', '{ named { name x: secret } }', 'named.x'],
    ['a fragment on another interface', '{ named { name ... on Secretive { x: secret } } }', 'named.x'],
    [
      'fragments in fragments',
      '{ user { name ...F } } fragment F on User { ...G } fragment G on User { x: second }',
      'user.x',
    ],
    ['__typename in an alias beside it', '{ user { name y: __typename x: second } }', 'user.x'],
    ['a condition', '{ user { name x: second @skip(if: false) } }', 'user.x'],
  ])('%s', async (_, query, path) => {
    const { run } = await startOld();
    const denied = await run(query, missing);
    const [root = ''] = path.split('.');
    expect(denied.data).toMatchObject({ [root]: { name: 'ada', x: null } });
    expect(denied.errors).toEqual([[path, unauthenticated]]);
    expect(denied.calls.join()).not.toMatch(/secret|inner|first/);
    const { data, errors } = await run(query, session);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ [root]: { x: expect.stringMatching(/^<*(s|i)>*$/) } });
  });
});

const withoutDirectivesAt = (sdl: string, places: [RegExp, string][]) =>
  places.reduce((changed, [type, field]) => withoutDirectiveAt(changed, type, field), sdl);

/** Removes `@authenticated` at one field of a supergraph. */
function withoutDirectiveAt(sdl: string, type: RegExp, field: string): string {
  let isInside = false;
  let removed = 0;
  const lines = sdl.split('\n').map((line) => {
    if (/^\w/.test(line)) isInside = type.test(line);
    if (!isInside || !line.startsWith(`  ${field}:`)) return line;
    removed += 1;
    return line.replace(' @authenticated', '');
  });
  const changed = lines.join('\n');
  if (removed !== 1 || changed === sdl) throw new Error(`The supergraph protects no field ${field} there.`);
  return changed;
}
