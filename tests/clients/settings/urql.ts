import { Client, fetchExchange } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { introspection } from '../generated/graphql-env.ts';
import { hasCode, type Session } from './session.ts';

export function createUrqlClient(url: string, session: Session): Client {
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
  let rejected: string | undefined;
  const authorize = authExchange(async ({ appendHeaders }) => ({
    addAuthToOperation: (operation) => {
      const { authorization } = session.headers();
      return authorization ? appendHeaders(operation, { authorization }) : operation;
    },
    didAuthError: ({ graphQLErrors }, { context: { fetchOptions } }) => {
      const { headers } = (typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions) ?? {};
      rejected = new Headers(headers).get('authorization') ?? undefined;
      return rejected !== undefined && hasCode(graphQLErrors, 'UNAUTHENTICATED');
    },
    refreshAuth: async () => {
      await session.refresh(rejected);
    },
  }));
  // By GET, which is urql's default, the gateway takes only queries with an access token.
  return new Client({ url, preferGetMethod: false, exchanges: [cache, authorize, fetchExchange] });
}
