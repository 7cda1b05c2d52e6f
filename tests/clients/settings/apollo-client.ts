import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { relayStylePagination } from '@apollo/client/utilities';
import { from, of, switchMap } from 'rxjs';
import { hasCode, type Session } from './session.ts';

export function createApolloClient(uri: string, session: Session): ApolloClient {
  const authorize = new SetContextLink(({ headers }) => ({ headers: { ...headers, ...session.headers() } }));
  const refresh = new ErrorLink(({ error, result, operation, forward }) => {
    if (!result || !CombinedGraphQLErrors.is(error) || !hasCode(error.errors, 'UNAUTHENTICATED')) return;
    const rejected: string | undefined = operation.getContext().headers?.authorization;
    return from(session.refresh(rejected)).pipe(
      switchMap((isRepeated) => (isRepeated ? forward(operation) : of(result))),
    );
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
  return new ApolloClient({ link: ApolloLink.from([refresh, authorize, new HttpLink({ uri })]), cache });
}
