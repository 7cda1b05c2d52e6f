import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { accessTokenType } from '../../../platform/tokens/access-token.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import type { Session } from '../storage/session-store.ts';
import type { User } from '../storage/user.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessToken {
  accessToken: string;
  /** Lifetime in seconds. */
  expiresIn: number;
}

/** Issues an access token for a session. It expires no later than the session. */
export type IssueAccessToken = (user: User, session: Pick<Session, 'id' | 'expiresAt'>) => AccessToken;

export interface AccessTokenSettings {
  issuer: string;
  audience: string;
  clientId: string;
  lifetimeSeconds: number;
}

/** Access tokens as in RFC 9068, section 2, with the `sid` claim of OpenID Connect Front-Channel Logout 1.0. */
export function createIssueAccessToken(
  settings: AccessTokenSettings & { keys: Pick<SigningKeys, 'current'> },
): IssueAccessToken {
  const { keys, issuer, audience, clientId, lifetimeSeconds } = settings;
  return (user, session) => {
    const { kid, privateKey } = keys.current();
    const sessionSeconds = Math.floor((session.expiresAt.getTime() - Date.now()) / 1_000);
    const expiresIn = Math.max(1, Math.min(lifetimeSeconds, sessionSeconds));
    const claims = { client_id: clientId, preferred_username: user.username, sid: session.id };
    const accessToken = jwt.sign(claims, privateKey, {
      algorithm: tokenAlgorithm,
      header: { alg: tokenAlgorithm, typ: accessTokenType, kid },
      issuer,
      audience,
      subject: user.id,
      jwtid: randomUUID(),
      expiresIn,
    });
    return { accessToken, expiresIn };
  };
}
