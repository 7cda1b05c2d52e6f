import { dateTime } from '../../platform/graphql/date-time.ts';
import type { ClientInfo } from '../../platform/http/client-info.ts';
import type { Viewer } from '../../platform/tokens/access-token.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { Resolvers } from './generated/resolver-types.ts';
import type { LoggedIn, Sessions } from './sessions/sessions.ts';
import type { User } from './storage/user-store.ts';

export interface AuthContext {
  requestId: string;
  client: () => ClientInfo;
  /** UNAUTHENTICATED without a token that holds, of a session that is open. */
  requireViewer: () => Promise<Viewer>;
  users: Accounts;
  sessions: Sessions;
  /** An account as the viewer may see it; all that are asked for at once are looked up by one query. */
  loadUser: (id: string) => Promise<User | undefined>;
}

const payload = (loggedIn: LoggedIn) => ({ ...loggedIn, tokenType: 'Bearer' });
const loggedOut = { loggedOut: true };

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    me: async (_, _args, { users, requireViewer }) => users.me((await requireViewer()).id),
    sessions: async (_, _args, { sessions, requireViewer }) => {
      const viewer = await requireViewer();
      const open = await sessions.list(viewer);
      return open.map((session) => ({ ...session, isCurrent: session.id === viewer.sessionId }));
    },
  },

  Mutation: {
    register: async (_, { input }, { users, client }) => payload(await users.register(input, client())),
    login: async (_, { input }, { users, client }) => payload(await users.logIn(input, client())),
    refreshSession: async (_, { input }, { sessions }) => payload(await sessions.refresh(input.refreshToken)),
    logout: async (_, { input }, { sessions }) => {
      await sessions.logOut(input.refreshToken);
      return loggedOut;
    },
    logoutEverywhere: async (_, _args, { sessions, requireViewer }) => {
      await sessions.endAll(await requireViewer());
      return loggedOut;
    },
    endSession: async (_, { input }, { sessions, requireViewer }) => {
      await sessions.end(await requireViewer(), input.sessionId);
      return loggedOut;
    },
    changePassword: async (_, { input }, { users, requireViewer, client }) =>
      payload(await users.changePassword(await requireViewer(), input, client())),
    deleteAccount: async (_, { input }, { users, requireViewer, client }) => {
      const viewer = await requireViewer();
      await users.deleteAccount(viewer, input.password, client());
      return { deletedUserId: viewer.id };
    },
  },

  User: {
    // The gateway sends keys as it got them: JSON of any type.
    __resolveReference: ({ id }, { loadUser }) => loadUser(String(id)),
  },
} satisfies Resolvers;
