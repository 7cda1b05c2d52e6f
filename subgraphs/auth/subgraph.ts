import DataLoader from 'dataloader';
import type { Authenticate } from '../../runtime/access-token.ts';
import type { IncomingRequest } from '../../runtime/graphql-http.ts';
import { buildSchema } from '../../runtime/subgraph-schema.ts';
import { type AuthContext, resolvers } from './resolvers.ts';
import type { User } from './storage/user-store.ts';
import type { Users } from './users.ts';

/** The subgraph's schema, and what its resolvers get with each request. */
export function createAuthSubgraph({ users, authenticate }: { users: Users; authenticate: Authenticate }) {
  return {
    schema: buildSchema('auth', resolvers),
    context: ({ requestId, authorization }: IncomingRequest): AuthContext => {
      const requireViewer = () => authenticate(authorization);
      const loader = new DataLoader<string, User | undefined>(async (ids) => users.findMany(requireViewer().id, ids));
      return { requestId, requireViewer, users, loadUser: (id) => loader.load(id) };
    },
  };
}
