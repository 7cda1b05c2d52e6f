import { randomUUID } from 'node:crypto';
import { sessionEnded } from '../../../platform/api-error.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { invalidRefreshToken, sessionNotFound } from '../errors.ts';
import type { NewSession, Session, SessionStore } from '../storage/session-store.ts';
import type { User, UserWithPassword } from '../storage/user-store.ts';
import { type AccessToken, hashRefreshToken, type IssueToken, newRefreshToken } from '../tokens/tokens.ts';

/** An account that was logged in, or whose session goes on. */
export interface LoggedIn extends AccessToken {
  refreshToken: string;
  user: User;
}

/** What a session goes on by. */
export type Renewal = { refreshToken: string; renewed: Pick<NewSession, 'refreshToken' | 'lastUsedAt' | 'expiresAt'> };

export interface SessionTimes {
  /** How long a refresh token may be used again after it was used. */
  graceSeconds: number;
  /** How long a session lasts that is not used. */
  idleSeconds: number;
  /** How long a session lasts at all. */
  longestSeconds: number;
}

/** The rules about sessions. */
export interface Sessions {
  /** Undefined where the account is gone or its password has been changed since it was proven. */
  open(account: UserWithPassword, userAgent: string | undefined): Promise<LoggedIn | undefined>;
  /** INVALID_REFRESH_TOKEN. */
  refresh(refreshToken: string): Promise<LoggedIn>;
  /** A new refresh token, and what is to be kept of it. */
  renewal(): Renewal;
  /** What a session's client is told that has a new refresh token. */
  loggedIn(user: User, session: Session, refreshToken: string): LoggedIn;
  /** Does nothing where the session has ended before. */
  logOut(refreshToken: string): Promise<void>;
  /** NOT_FOUND. */
  end(viewer: Viewer, sessionId: string): Promise<void>;
  endAll(viewer: Viewer): Promise<void>;
  /** Last used first. */
  list(viewer: Viewer): Promise<Session[]>;
  /** UNAUTHENTICATED where it has ended. */
  requireOpen(viewer: Viewer): Promise<void>;
}

const longestUserAgent = 200;

export function createSessions(parts: { store: SessionStore; issueToken: IssueToken; times: SessionTimes }): Sessions {
  const { store, issueToken } = parts;
  const { graceSeconds, idleSeconds, longestSeconds } = parts.times;

  const loggedIn = ({ id, username, createdAt }: User, session: Session, refreshToken: string): LoggedIn => {
    const user = { id, username, createdAt };
    return { ...issueToken(user, session), refreshToken, user };
  };

  const renewal = (before?: string): Renewal => {
    const refreshToken = newRefreshToken(before);
    const lastUsedAt = new Date();
    const expiresAt = secondsAfter(lastUsedAt, Math.min(idleSeconds, longestSeconds));
    return { refreshToken, renewed: { refreshToken: hashRefreshToken(refreshToken), lastUsedAt, expiresAt } };
  };

  return {
    loggedIn,
    renewal,

    async open(account, userAgent) {
      const { refreshToken, renewed } = renewal();
      const createdAt = renewed.lastUsedAt;
      const session = {
        ...{ id: randomUUID(), userId: account.id, createdAt, userAgent: shorten(userAgent) },
        ...{ ...renewed, endsAt: secondsAfter(createdAt, longestSeconds) },
      };
      const { id: userId, passwordVersion } = account;
      const isOpen = await store.open(session, { userId, passwordVersion });
      return isOpen ? loggedIn(account, session, refreshToken) : undefined;
    },

    async refresh(used) {
      const { refreshToken, renewed } = renewal(used);
      const { refreshToken: next, lastUsedAt: now, expiresAt } = renewed;
      const reusableUntil = secondsAfter(now, graceSeconds);
      const rotated = await store.rotate({ used: hashRefreshToken(used), next, now, reusableUntil, expiresAt });
      if (typeof rotated === 'string') throw invalidRefreshToken();
      return loggedIn(rotated.user, rotated.session, refreshToken);
    },

    logOut: (refreshToken) => store.endByToken(hashRefreshToken(refreshToken), new Date()),

    async end({ id: userId }, id) {
      if (!(await store.end({ id, userId }, new Date()))) throw sessionNotFound();
    },

    endAll: ({ id }) => store.endAll(id, new Date()),

    list: ({ id }) => store.list(id, new Date()),

    async requireOpen({ id: userId, sessionId: id }) {
      if (!(await store.find({ id, userId }, new Date()))) throw sessionEnded();
    },
  };
}

function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1_000);
}

function shorten(userAgent: string | undefined): string | null {
  return userAgent ? [...userAgent].slice(0, longestUserAgent).join('') : null;
}
