import type { AuthorizationContext } from '../../platform/authorization/protect-schema.ts';
import { dateTime } from '../../platform/graphql/date-time.ts';
import type { Viewer } from '../../platform/tokens/access-token.ts';
import type { Accounts, Caller } from './accounts/accounts.ts';
import type { Resolvers } from './generated/resolver-types.ts';
import type { PersonalAccessTokens } from './personal-access-tokens/personal-access-tokens.ts';
import type { AuthResult, Sessions } from './sessions/sessions.ts';
import type { User } from './storage/user.ts';

export interface AuthContext extends AuthorizationContext {
  requestId: string;
  /** Aborts when nobody waits for the response any more. */
  clientGone: NonNullable<Caller['abandoned']>;
  client: () => Caller;
  /** Throws UNAUTHENTICATED without a valid access token of an open session. */
  requireViewer: () => Promise<Viewer>;
  accounts: Accounts;
  sessions: Sessions;
  personalAccessTokens: PersonalAccessTokens;
  /** Loads an account if the viewer may see it. Batched: one query for all ids of an operation. */
  loadUser: (id: string) => Promise<User | undefined>;
}

const toPayload = (result: AuthResult) => ({ ...result, tokenType: 'Bearer' });
const logoutPayload = { loggedOut: true };

/** Maps GraphQL fields to the rules. */
export const resolvers = {
  DateTime: dateTime,

  Query: {
    me: async (_, _args, { accounts, requireViewer }) => accounts.me((await requireViewer()).id),
    sessions: async (_, _args, { sessions, requireViewer }) => {
      const viewer = await requireViewer();
      const open = await sessions.list(viewer);
      return open.map((session) => ({ ...session, isCurrent: session.id === viewer.sessionId }));
    },
    personalAccessTokens: async (_, _args, { personalAccessTokens, requireViewer }) =>
      personalAccessTokens.list(await requireViewer()),
  },

  Mutation: {
    register: async (_, { input }, { accounts, client }) => toPayload(await accounts.register(input, client())),
    login: async (_, { input }, { accounts, client }) => toPayload(await accounts.logIn(input, client())),
    refreshSession: async (_, { input }, { sessions }) => toPayload(await sessions.refresh(input.refreshToken)),
    logout: async (_, { input }, { sessions }) => {
      await sessions.logOut(input.refreshToken);
      return logoutPayload;
    },
    logoutEverywhere: async (_, _args, { sessions, requireViewer }) => {
      await sessions.endAll(await requireViewer());
      return logoutPayload;
    },
    endSession: async (_, { input }, { sessions, requireViewer }) => {
      await sessions.end(await requireViewer(), input.sessionId);
      return logoutPayload;
    },
    changePassword: async (_, { input }, { accounts, requireViewer, client }) =>
      toPayload(await accounts.changePassword(await requireViewer(), input, client())),
    deleteAccount: async (_, { input }, { accounts, requireViewer, client }) => {
      const viewer = await requireViewer();
      await accounts.deleteAccount(viewer, input.password, client());
      return { deletedUserId: viewer.id };
    },
    createPersonalAccessToken: async (_, { input }, { personalAccessTokens, requireViewer }) =>
      personalAccessTokens.create(await requireViewer(), input),
    revokePersonalAccessToken: async (_, { input }, { personalAccessTokens, requireViewer }) => {
      await personalAccessTokens.revoke(await requireViewer(), input.id);
      return { revokedPersonalAccessTokenId: input.id };
    },
  },

  User: {
    // The gateway passes keys on unchecked: `id` may be any JSON value.
    __resolveReference: ({ id }, { loadUser }) => loadUser(String(id)),
  },
} satisfies Resolvers;
