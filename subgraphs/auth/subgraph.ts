import DataLoader from 'dataloader';
import type { IncomingRequest } from '../../platform/graphql/http-handler.ts';
import { buildSchema } from '../../platform/graphql/subgraph-schema.ts';
import type { Authenticate, Viewer } from '../../platform/tokens/access-token.ts';
import type { Accounts } from './accounts/accounts.ts';
import { type AuthContext, resolvers } from './resolvers.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { User } from './storage/user-store.ts';

export interface AuthSubgraphParts {
  users: Accounts;
  sessions: Sessions;
  authenticate: Authenticate;
}

/** The subgraph's schema, and what its resolvers get with each request. */
export function createAuthSubgraph({ users, sessions, authenticate }: AuthSubgraphParts) {
  const findViewer = async (authorization: string | undefined): Promise<Viewer> => {
    const viewer = await authenticate(authorization);
    await sessions.requireOpen(viewer);
    return viewer;
  };
  return {
    schema: buildSchema('auth', resolvers),
    context: ({ requestId, authorization, client }: IncomingRequest): AuthContext => {
      // At each field: of several mutations in one operation, one may end the session that the next comes with.
      const requireViewer = () => findViewer(authorization);
      const loader = new DataLoader<string, User | undefined>(async (ids) =>
        users.findMany((await requireViewer()).id, ids),
      );
      return { requestId, client, requireViewer, users, sessions, loadUser: (id) => loader.load(id) };
    },
  };
}
