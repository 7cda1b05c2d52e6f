import { buildSubgraphSchema } from '@apollo/subgraph';
import { getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../api-error.ts';
import { createJitExecutor } from '../graphql/jit-executor.ts';
import type { Viewer } from '../tokens/access-token.ts';
import { readAuthorization } from './authorization.ts';
import { protectSchema, requireAccessTo } from './protect-schema.ts';

const typeDefs = parse(`
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@authenticated", "@requiresScopes", "@policy"]
  )
  type Query {
    open: Item
    mine: Item @authenticated
    items: [Item!]
    person: Item @policy(policies: [["person"]])
  }
  type Mutation { first: Int @authenticated second: Int @requiresScopes(scopes: [["write"]]) }
  type Item @key(fields: "id") {
    id: ID!
    secret: String @requiresScopes(scopes: [["read"]])
    must: String! @authenticated
  }
  type Hidden @key(fields: "id") @requiresScopes(scopes: [["hidden"]]) { id: ID! }
`);

const policies = { person: { isMetBy: ({ scopes }: Viewer) => !scopes, description: 'a log-in' } };
const missing = new ApiError({ code: 'UNAUTHENTICATED', reason: 'MISSING' }, 'Log in.');

/** Creates a subgraph that records which resolvers were called. */
function createSubgraph() {
  const calls: string[] = [];
  const resolve = (name: string, value: unknown) => () => {
    calls.push(name);
    return value;
  };
  const item = { __typename: 'Item', id: '1', must: 'm' };
  const resolvers = {
    Query: {
      open: resolve('open', item),
      mine: resolve('mine', item),
      items: resolve('items', [item, item, item]),
      person: resolve('person', item),
    },
    Mutation: { first: resolve('first', 1), second: resolve('second', 2) },
    Item: { secret: resolve('secret', 's'), __resolveReference: () => item },
    Hidden: { __resolveReference: () => ({ __typename: 'Hidden', id: '2' }) },
  };
  const schema = protectSchema(
    buildSubgraphSchema({ typeDefs, resolvers }),
    readAuthorization(typeDefs.definitions, policies),
  );
  const executor = createJitExecutor(schema);

  /** Executes an operation twice, by graphql-js and by graphql-jit, and returns the second result. */
  const run = async (source: string, authenticate: () => Viewer | Promise<Viewer>, variables = {}) => {
    const document = parse(source);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    const prepared = executor.prepare({ source, document, operation, operationName: undefined });
    const results = [];
    for (const _ of ['graphql-js', 'graphql-jit']) {
      calls.length = 0;
      const { data, errors = [] } = await prepared.execute({ variables, context: { authenticate } });
      const shown = errors.map(({ path, originalError }) => [path?.join('.'), (originalError as ApiError).extensions]);
      // The executors report errors in different orders.
      shown.sort(([one], [other]) => String(one).localeCompare(String(other)));
      results.push({ data: JSON.parse(JSON.stringify(data)), errors: shown, calls: [...calls] });
    }
    expect(results[1]).toEqual(results[0]);
    return results[1];
  };
  return { run, schema };
}

const nobody = () => {
  throw missing;
};
const session = () => ({ id: 'ada', sessionId: 's' });
const script =
  (...scopes: string[]) =>
  () => ({ id: 'ada', sessionId: 's', scopes });

test('a field without a requirement needs no token, and does not read it', async () => {
  const { run } = createSubgraph();
  const unread = () => {
    throw new Error('The token was read.');
  };
  expect(await run('{ open { id } }', unread)).toEqual({ data: { open: { id: '1' } }, errors: [], calls: ['open'] });
});

describe('a field whose requirement is not met', () => {
  test('is null with an error, and its resolver is not called', async () => {
    const { run } = createSubgraph();
    expect(await run('{ open { id } mine { id } person { id } }', nobody)).toEqual({
      data: { open: { id: '1' }, mine: null, person: null },
      errors: [
        ['mine', missing.extensions],
        ['person', missing.extensions],
      ],
      calls: ['open'],
    });
    expect(await run('{ mine { id secret } person { id } }', script('other'))).toEqual({
      data: { mine: { id: '1', secret: null }, person: null },
      errors: [
        ['mine.secret', { code: 'FORBIDDEN' }],
        ['person', { code: 'FORBIDDEN' }],
      ],
      calls: ['mine'],
    });
  });

  test('nulls its object if it is not nullable, also without a resolver of its own', async () => {
    const { run } = createSubgraph();
    expect(await run('{ open { must } }', nobody)).toMatchObject({
      data: { open: null },
      errors: [['open.must', missing.extensions]],
    });
    expect(await run('{ open { must } }', session)).toMatchObject({ data: { open: { must: 'm' } }, errors: [] });
  });

  test('is rejected in entities, too, as is every field of a protected type', async () => {
    const { run } = createSubgraph();
    const query = `query ($what: [_Any!]!) {
      _entities(representations: $what) { __typename ... on Item { id secret } ... on Hidden { hidden: id } }
    }`;
    const what = [
      { __typename: 'Item', id: '1' },
      { __typename: 'Hidden', id: '2' },
    ];
    expect(await run(query, script('other'), { what })).toMatchObject({
      data: { _entities: [{ __typename: 'Item', id: '1', secret: null }, null] },
      errors: [
        ['_entities.0.secret', { code: 'FORBIDDEN' }],
        ['_entities.1.hidden', { code: 'FORBIDDEN' }],
      ],
      calls: [],
    });
    expect(await run(query, session, { what })).toMatchObject({
      data: {
        _entities: [
          { __typename: 'Item', id: '1', secret: 's' },
          { __typename: 'Hidden', hidden: '2' },
        ],
      },
      errors: [],
    });
  });
});

describe('requireAccessTo', () => {
  const { schema } = createSubgraph();
  const requires = (field: string, authenticate: () => Viewer) => requireAccessTo(field, { authenticate }, { schema });

  test('throws what the field of Query would throw', async () => {
    await expect(requires('mine', nobody)).rejects.toBe(missing);
    await expect(requires('person', script('read'))).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    await requires('person', session);
    await requires('open', nobody);
  });

  test('throws a bug for a field that Query does not have', async () => {
    await expect(requires('nothing', session)).rejects.toThrow('Query has no field nothing.');
  });
});

test('the token is read once for a query, however many objects have the field', async () => {
  const { run } = createSubgraph();
  let reads = 0;
  const count = (viewer: () => Viewer) => () => {
    reads += 1;
    return viewer();
  };
  await run('{ items { secret } }', count(script('read')));
  await run('{ items { secret } }', count(nobody));
  // Twice by graphql-js and graphql-jit.
  expect(reads).toBe(4);
});

test('waits for a token whose key is fetched', async () => {
  const { run } = createSubgraph();
  expect(await run('{ mine { secret } }', async () => session())).toMatchObject({
    data: { mine: { secret: 's' } },
    errors: [],
  });
  expect(await run('{ items { secret } }', async () => nobody())).toMatchObject({
    data: { items: [{ secret: null }, { secret: null }, { secret: null }] },
    errors: ['items.0.secret', 'items.1.secret', 'items.2.secret'].map((path) => [path, missing.extensions]),
  });
});

test('each field of a mutation checks the token at its turn', async () => {
  const { run } = createSubgraph();
  let reads = 0;
  const expireAfterOne = () => {
    reads += 1;
    if (reads % 2 === 0) throw new ApiError({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' }, 'Refresh.');
    return session();
  };
  expect(await run('mutation { first second }', expireAfterOne)).toEqual({
    data: { first: 1, second: null },
    errors: [['second', { code: 'UNAUTHENTICATED', reason: 'EXPIRED' }]],
    calls: ['first'],
  });
  expect(await run('mutation { second first }', script())).toMatchObject({
    data: { second: null, first: 1 },
    calls: ['first'],
  });
});

test('a schema with a policy that is not registered is rejected', () => {
  expect(() => readAuthorization(typeDefs.definitions, {})).toThrow('requires the policy person');
});
