import { createHash, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { accessTokenType } from '../../../platform/tokens/access-token.ts';
import { eventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import type { Delivery } from '../storage/outbox.ts';
import type { RefreshTokenHashes, Session } from '../storage/session-store.ts';
import type { User } from '../storage/user-store.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** A token for a session, which expires with it at the latest. */
export type IssueToken = (user: User, session: Pick<Session, 'id' | 'expiresAt'>) => AccessToken;

/** A Security Event Token of what a subscriber must be told. */
export type SignEvent = (delivery: Delivery) => string;

export interface TokenSettings {
  issuer: string;
  audience: string;
  clientId: string;
  lifetimeSeconds: number;
}

type IssuerSettings = TokenSettings & Signer;

interface Signer {
  keys: Pick<SigningKeys, 'current'>;
}

/** Issues access tokens after RFC 9068, section 2, with the `sid` of OpenID Connect Front-Channel Logout 1.0. */
export function createIssueToken({ keys, clientId, lifetimeSeconds, ...settings }: IssuerSettings): IssueToken {
  const { issuer, audience } = settings;
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

/** Signs events after RFC 8417, section 2. They have no `sub` and never expire: what they say stays true. */
export function createSignEvent({
  keys,
  issuer,
  audience,
}: Signer & Pick<TokenSettings, 'issuer' | 'audience'>): SignEvent {
  return ({ event, jti, happenedAt }) => {
    const { kid, privateKey } = keys.current();
    return jwt.sign({ ...eventClaims(event, { issuer, at: happenedAt }) }, privateKey, {
      algorithm: tokenAlgorithm,
      header: { alg: tokenAlgorithm, typ: securityEventType, kid },
      issuer,
      audience,
      jwtid: jti,
    });
  };
}

const bytesOf = { family: 12, own: 17, check: 3 };

/**
 * An opaque refresh token (RFC 6749, section 1.5) of 256 bits in base64url: 96 random ones that it shares with those that
 * follow it, by which it is known also when nothing is kept of it any more; 136 of its own; and a check of its spelling.
 */
export function newRefreshToken(before?: string): string {
  const family = before === undefined ? randomBytes(bytesOf.family) : familyOf(Buffer.from(before, 'base64url'));
  const random = Buffer.concat([family, randomBytes(bytesOf.own)]);
  return Buffer.concat([random, checkOf(random)]).toString('base64url');
}

export function hashRefreshToken(token: string): RefreshTokenHashes {
  const bytes = Buffer.from(token, 'base64url');
  const random = bytes.subarray(0, bytesOf.family + bytesOf.own);
  const spelt = Buffer.concat([random, checkOf(random)]).toString('base64url');
  return {
    hash: sha256(token).toString('base64url'),
    family: spelt === token ? sha256(familyOf(bytes)).toString('base64url') : '',
  };
}

const familyOf = (token: Buffer) => token.subarray(0, bytesOf.family);
const checkOf = (random: Buffer) => sha256(random).subarray(0, bytesOf.check);
const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
