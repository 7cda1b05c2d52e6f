import { dateTime } from '../../runtime/date-time.ts';
import type { Client } from '../../runtime/graphql-http.ts';
import type { LoggedIn, Sessions, Viewer } from './sessions.ts';
import type { User } from './storage/user-store.ts';
import type { Credentials, PasswordInput, Users } from './users.ts';

export interface AuthContext {
  requestId: string;
  client: () => Client;
  /** UNAUTHENTICATED without a token that holds, of a session that is open. */
  requireViewer: () => Promise<Viewer>;
  users: Users;
  sessions: Sessions;
  /** An account as the viewer may see it; all that are asked for at once are looked up by one query. */
  loadUser: (id: string) => Promise<User | undefined>;
}

interface Input<Fields> {
  input: Fields;
}

type RefreshInput = Input<{ refreshToken: string }>;

const payload = (loggedIn: LoggedIn) => ({ ...loggedIn, tokenType: 'Bearer' });
const loggedOut = { loggedOut: true };

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    me: async (_: unknown, _args: unknown, { users, requireViewer }: AuthContext) =>
      users.me((await requireViewer()).id),
    sessions: async (_: unknown, _args: unknown, { sessions, requireViewer }: AuthContext) => {
      const viewer = await requireViewer();
      const open = await sessions.list(viewer);
      return open.map((session) => ({ ...session, isCurrent: session.id === viewer.sessionId }));
    },
  },

  Mutation: {
    register: async (_: unknown, { input }: Input<Credentials>, { users, client }: AuthContext) =>
      payload(await users.register(input, client())),
    login: async (_: unknown, { input }: Input<Credentials>, { users, client }: AuthContext) =>
      payload(await users.logIn(input, client())),
    refreshSession: async (_: unknown, { input }: RefreshInput, { sessions }: AuthContext) =>
      payload(await sessions.refresh(input.refreshToken)),
    logout: async (_: unknown, { input }: RefreshInput, { sessions }: AuthContext) => {
      await sessions.logOut(input.refreshToken);
      return loggedOut;
    },
    logoutEverywhere: async (_: unknown, _args: unknown, { sessions, requireViewer }: AuthContext) => {
      await sessions.endAll(await requireViewer());
      return loggedOut;
    },
    endSession: async (_: unknown, { input }: Input<{ sessionId: string }>, context: AuthContext) => {
      await context.sessions.end(await context.requireViewer(), input.sessionId);
      return loggedOut;
    },
    changePassword: async (_: unknown, { input }: Input<PasswordInput>, context: AuthContext) =>
      payload(await context.users.changePassword(await context.requireViewer(), input, context.client())),
    deleteAccount: async (_: unknown, { input }: Input<{ password: string }>, context: AuthContext) => {
      const viewer = await context.requireViewer();
      await context.users.deleteAccount(viewer, input.password, context.client());
      return { deletedUserId: viewer.id };
    },
  },

  User: {
    // The gateway sends keys as it got them: JSON of any type.
    __resolveReference: ({ id }: { id: string }, { loadUser }: AuthContext) => loadUser(String(id)),
  },
};
