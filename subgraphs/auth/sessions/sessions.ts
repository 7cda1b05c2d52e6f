import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../platform/api-error.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { sessionEnded } from '../../../platform/tokens/token-errors.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import type { NewSession, Renewal, Session, SessionStore } from '../storage/session-store.ts';
import type { User, UserWithPassword } from '../storage/user.ts';
import type { AccessToken, IssueAccessToken } from '../tokens/access-tokens.ts';
import { createRefreshToken, hashRefreshToken } from './refresh-tokens.ts';

/** The tokens of a session that was opened or renewed, and its user. */
export interface AuthResult extends AccessToken {
  refreshToken: string;
  user: User;
}

/** A session to store, and its refresh token. */
export interface CreatedSession {
  refreshToken: string;
  session: NewSession;
}

/** A new refresh token, and what to store of it. */
export interface CreatedRenewal {
  refreshToken: string;
  renewal: Renewal;
}

export interface SessionTimes {
  /** How long a used refresh token may be used again by clients that race; 0 for never. */
  graceSeconds: number;
  /**
   * How long after its first use a refresh token may be retried by a client that lost the response: while no token that
   * came of it has been used. 0 for never.
   */
  retrySeconds: number;
  /** Lifetime of a session that is not refreshed. */
  idleSeconds: number;
  /** Maximum lifetime of a session. */
  maxSeconds: number;
}

/** The rules about sessions. Methods name the codes of the ApiErrors that they throw. */
export interface Sessions {
  /** Creates a session without storing it. */
  create(userId: string, userAgent: string | undefined): CreatedSession;
  /** Returns undefined if the account is gone or its password was changed after it was verified. */
  open(account: UserWithPassword, userAgent: string | undefined): Promise<AuthResult | undefined>;
  /** INVALID_REFRESH_TOKEN. */
  refresh(refreshToken: string): Promise<AuthResult>;
  createRenewal(): CreatedRenewal;
  /** Issues an access token for a session that was stored with this refresh token. */
  createResult(user: User, session: Session, refreshToken: string): AuthResult;
  /** Does nothing if the session has ended already. */
  logOut(refreshToken: string): Promise<void>;
  /** NOT_FOUND. */
  end(viewer: Viewer, sessionId: string): Promise<void>;
  endAll(viewer: Viewer): Promise<void>;
  /** Lists the viewer's open sessions, most recently used first. */
  list(viewer: Viewer): Promise<Session[]>;
  /** UNAUTHENTICATED if the viewer's session has ended. */
  requireOpen(viewer: Viewer): Promise<void>;
}

/** In characters; longer User-Agent headers are cut off. */
const maxUserAgentLength = 200;

export function createSessions(parts: {
  store: SessionStore;
  issueAccessToken: IssueAccessToken;
  times: SessionTimes;
}): Sessions {
  const { store, issueAccessToken } = parts;
  const { graceSeconds, retrySeconds, idleSeconds, maxSeconds } = parts.times;
  const [graceMs, retryMs] = [graceSeconds * 1_000, retrySeconds * 1_000];
  const [idleMs, maxMs] = [idleSeconds * 1_000, maxSeconds * 1_000];

  const createResult = ({ id, username, createdAt }: User, session: Session, refreshToken: string): AuthResult => {
    const user = { id, username, createdAt };
    return { ...issueAccessToken(user, session), refreshToken, user };
  };

  const createRenewal = (): CreatedRenewal => {
    const refreshToken = createRefreshToken();
    return { refreshToken, renewal: { refreshToken: hashRefreshToken(refreshToken), idleMs } };
  };

  const create = (userId: string, userAgent: string | undefined): CreatedSession => {
    const { refreshToken, renewal } = createRenewal();
    const session = { id: randomUUID(), userId, userAgent: truncate(userAgent), maxMs, ...renewal };
    return { refreshToken, session };
  };

  return {
    create,
    createResult,
    createRenewal,

    async open(account, userAgent) {
      const { id: userId, passwordVersion } = account;
      const { refreshToken, session } = create(userId, userAgent);
      const opened = await store.open(session, { userId, passwordVersion });
      return opened && createResult(account, opened, refreshToken);
    },

    async refresh(used) {
      const next = createRefreshToken(used);
      const tokens = { used: hashRefreshToken(used), next: hashRefreshToken(next) };
      const rotated = await store.rotate({ ...tokens, graceMs, retryMs, idleMs });
      if (typeof rotated === 'string') throw invalidRefreshToken();
      return createResult(rotated.user, rotated.session, next);
    },

    logOut: (refreshToken) => store.endByToken(hashRefreshToken(refreshToken)),

    async end({ id: userId }, id) {
      if (!(await store.end({ id, userId }))) throw sessionNotFound();
    },

    endAll: ({ id }) => store.endAll(id),

    list: ({ id }) => store.list(id),

    async requireOpen({ id: userId, sessionId: id }) {
      if (!(await store.find({ id, userId }))) throw sessionEnded();
    },
  };
}

/** The same error whether the token is unknown, expired, ended or already used. */
function invalidRefreshToken(): ApiError<ErrorExtensions> {
  const message = 'The refresh token is no longer valid: log in again.';
  return new ApiError<ErrorExtensions>({ code: 'INVALID_REFRESH_TOKEN' }, message);
}

/** The same error for sessions of other accounts. */
function sessionNotFound(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'NOT_FOUND' }, 'There is no such session: it may have ended already.');
}

function truncate(userAgent: string | undefined): string | null {
  return userAgent ? [...userAgent].slice(0, maxUserAgentLength).join('') : null;
}
