import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

export function createApolloClient(uri: string, readAccessToken: () => string | undefined): ApolloClient {
  const authorize = new SetContextLink(({ headers }) => {
    const token = readAccessToken();
    return { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } };
  });
  // Adds each page to the list of its order and filter, instead of replacing it.
  const resources = relayStylePagination(['orderBy', 'filter']);
  const cache = new InMemoryCache({
    // For fragments on Node.
    possibleTypes: { Node: ['Resource', 'User'] },
    typePolicies: {
      Query: {
        fields: {
          resources,
          // Finds a resource that a list has fetched.
          resource: {
            read: (known, { args, toReference }) => known ?? toReference({ __typename: 'Resource', ...args }),
          },
        },
      },
      User: { fields: { resources } },
    },
  });
  return new ApolloClient({ link: authorize.concat(new HttpLink({ uri })), cache });
}
