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

/** A session, or the personal access token of a script, which has scopes. */
export interface Grant extends Pick<Session, 'id' | 'expiresAt'> {
  scopes?: readonly string[];
}

/** Issues an access token, which expires no later than its grant. */
export type IssueAccessToken = (user: User, grant: Grant) => AccessToken;

export interface AccessTokenSettings {
  issuer: string;
  audience: string;
  clientId: string;
  lifetimeSeconds: number;
}

/** Access tokens as in RFC 9068, section 2: `scope` where the grant has scopes, and the `sid` claim of OpenID Connect Front-Channel Logout 1.0. */
export function createIssueAccessToken(
  settings: AccessTokenSettings & { keys: Pick<SigningKeys, 'current'> },
): IssueAccessToken {
  const { keys, issuer, audience, clientId, lifetimeSeconds } = settings;
  return (user, { id, expiresAt, scopes }) => {
    const { kid, privateKey } = keys.current();
    const grantSeconds = Math.floor((expiresAt.getTime() - Date.now()) / 1_000);
    const expiresIn = Math.max(1, Math.min(lifetimeSeconds, grantSeconds));
    const scope = scopes && { scope: scopes.join(' ') };
    const claims = { client_id: clientId, preferred_username: user.username, sid: id, ...scope };
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
