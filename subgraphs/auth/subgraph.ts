import DataLoader from 'dataloader';
import type { IncomingRequest } from '../../platform/graphql/graphql-endpoint.ts';
import { buildSchema } from '../../platform/graphql/subgraph-schema.ts';
import type { Authenticate, Viewer } from '../../platform/tokens/access-token.ts';
import { policies } from '../../schema/policies.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { PersonalAccessTokens } from './personal-access-tokens/personal-access-tokens.ts';
import { type AuthContext, resolvers } from './resolvers.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { User } from './storage/user.ts';

export interface AuthSubgraphParts {
  accounts: Accounts;
  sessions: Sessions;
  personalAccessTokens: PersonalAccessTokens;
  authenticate: Authenticate;
}

/** Builds the executable schema and the context of each request. */
export function createAuthSubgraph({ accounts, sessions, personalAccessTokens, authenticate }: AuthSubgraphParts) {
  const findViewer = async (authorization: string | undefined): Promise<Viewer> => {
    const viewer = await authenticate(authorization);
    await (viewer.scopes ? personalAccessTokens.requireActive(viewer) : sessions.requireOpen(viewer));
    return viewer;
  };
  return {
    schema: buildSchema('auth', { resolvers, policies }),
    context: ({ requestId, authorization, clientGone, client: clientOf }: IncomingRequest): AuthContext => {
      const client = () => ({ ...clientOf(), abandoned: clientGone });
      // Checked for each field, because a mutation may end the session before the next mutation of the operation.
      const requireViewer = () => findViewer(authorization);
      const loader = new DataLoader<string, User | undefined>(async (ids) =>
        accounts.findMany((await requireViewer()).id, ids),
      );
      return {
        requestId,
        clientGone,
        client,
        authenticate: () => authenticate(authorization),
        requireViewer,
        accounts,
        sessions,
        personalAccessTokens,
        loadUser: (id) => loader.load(id),
      };
    },
  };
}
