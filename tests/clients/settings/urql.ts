import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { introspection } from '../generated/graphql-env.ts';

export function createUrqlClient(url: string, readAccessToken: () => string | undefined): Client {
  const cache = cacheExchange({
    // For fragments on Node. gql.tada writes this file, and @urql/introspection can, too.
    schema: introspection,
    resolvers: {
      // `resources` joins the pages that were fetched, and `resource` finds what a list has fetched.
      Query: { resources: relayPagination(), resource: (_, { id }) => ({ __typename: 'Resource', id: String(id) }) },
      User: { resources: relayPagination() },
    },
    updates: {
      Mutation: {
        createResource: (_result, _args, store) => {
          const lists = store.inspectFields('Query').filter(({ fieldName }) => fieldName === 'resources');
          for (const { fieldName, arguments: args } of lists) store.invalidate('Query', fieldName, args);
        },
        deleteResource: ({ deleteResource }, _args, store) => {
          const id = (deleteResource as { deletedResourceId: string } | null)?.deletedResourceId;
          if (id) store.invalidate({ __typename: 'Resource', id });
        },
      },
    },
  });
  const headers = (): Record<string, string> => {
    const token = readAccessToken();
    return token ? { authorization: `Bearer ${token}` } : {};
  };
  // By GET, which is urql's default, the gateway takes only queries with an access token.
  return new Client({
    ...{ url, preferGetMethod: false, exchanges: [cache, fetchExchange] },
    fetchOptions: () => ({ headers: headers() }),
  });
}
