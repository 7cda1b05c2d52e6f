import type { Viewer } from '../../runtime/access-token.ts';
import { dateTime } from '../../runtime/date-time.ts';
import type { User } from './storage/user-store.ts';
import type { Credentials, LoggedIn, Users } from './users.ts';

export interface AuthContext {
  requestId: string;
  /** UNAUTHENTICATED without a token that holds. */
  requireViewer: () => Viewer;
  users: Users;
  /** An account as the viewer may see it; all that are asked for at once are looked up by one query. */
  loadUser: (id: string) => Promise<User | undefined>;
}

interface Input<Fields> {
  input: Fields;
}

const payload = (loggedIn: LoggedIn) => ({ ...loggedIn, tokenType: 'Bearer' });

/** GraphQL to rules and back, nothing else. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    me: (_: unknown, _args: unknown, { users, requireViewer }: AuthContext) => users.me(requireViewer().id),
  },

  Mutation: {
    register: async (_: unknown, { input }: Input<Credentials>, { users }: AuthContext) =>
      payload(await users.register(input)),
    login: async (_: unknown, { input }: Input<Credentials>, { users }: AuthContext) =>
      payload(await users.logIn(input)),
  },

  User: {
    // The gateway sends keys as it got them: JSON of any type.
    __resolveReference: ({ id }: { id: string }, { loadUser }: AuthContext) => loadUser(String(id)),
  },
};
