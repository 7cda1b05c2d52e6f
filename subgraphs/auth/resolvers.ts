import type { Viewer } from '../../runtime/access-token.ts';
import { dateTime } from '../../runtime/date-time.ts';
import type { Credentials, LoggedIn, Users } from './users.ts';

export interface AuthContext {
  requestId: string;
  /** UNAUTHENTICATED without a token that holds. */
  requireViewer: () => Viewer;
  users: Users;
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
    __resolveReference: ({ id }: { id: string }, { users, requireViewer }: AuthContext) =>
      users.find(requireViewer().id, id),
  },
};
