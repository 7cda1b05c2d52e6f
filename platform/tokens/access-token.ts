import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../api-error.ts';
import type { KeySet } from './key-set.ts';
import { createVerifyToken, TokenFault, type VerifiedToken } from './signed-token.ts';

/** RFC 9068, section 2.1: what tells an access token from every other JWT that the same key signs. */
export const accessTokenType = 'at+jwt';

/** Who a verified token speaks for. */
export interface Viewer {
  /** The account's id: the token's `sub`. */
  id: string;
  /** The session that the token was issued to: its `sid`. */
  sessionId: string;
}

/**
 * UNAUTHENTICATED, with the reason, unless the header carries a token that holds: thrown at once where the token's key is
 * known, and rejected with where it must be looked for. Whether the session has been ended is not seen from a token.
 */
export type Authenticate = (authorization: string | undefined) => Viewer | Promise<Viewer>;

export interface VerifierSettings {
  keys: KeySet;
  issuer: string;
  audience: string;
}

const maxRememberedTokens = 10_000;

interface Remembered {
  viewer: Viewer;
  expiresAtMs: number;
  kid: string;
  key: KeyObject;
}

/**
 * Verifies bearer tokens (RFC 6750) with public keys alone, as RFC 9068, section 4, asks. A token that held is remembered
 * until it expires or its key is retired, so that its signature is checked once.
 */
export function createAuthenticate({ keys, issuer, audience }: VerifierSettings): Authenticate {
  const verify = createVerifyToken({ type: accessTokenType, keys, issuer, audience });
  const remembered = new LRUCache<string, Remembered>({ max: maxRememberedTokens });

  const remember = (token: string, { claims, kid, key }: VerifiedToken): Viewer => {
    const { sub, sid, exp } = claims;
    // jsonwebtoken checks `exp` where there is one; a token without would never expire.
    if (!isText(sub) || !isText(sid) || exp === undefined) throw invalid();
    const viewer = { id: sub, sessionId: sid };
    remembered.set(token, { viewer, expiresAtMs: exp * 1000, kid, key });
    return viewer;
  };

  return (authorization) => {
    const token = bearerToken(authorization);
    const known = remembered.get(token);
    if (known && known.expiresAtMs > Date.now() && keys.get(known.kid) === known.key) return known.viewer;
    try {
      const verified = verify(token);
      if (!(verified instanceof Promise)) return remember(token, verified);
      return verified.then((late) => remember(token, late)).catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  };
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) {
    const message = 'Log in first, and send the access token in the header: Authorization: Bearer …';
    throw new ApiError({ code: 'UNAUTHENTICATED', reason: 'MISSING' }, message);
  }
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw invalid();
  return token;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refuse(error: unknown): never {
  if (!(error instanceof TokenFault)) throw error;
  throw error.reason === 'EXPIRED' ? expired() : invalid(error);
}

function expired(): ApiError {
  const message = 'The access token has expired: refresh the session, or log in again.';
  return new ApiError({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' }, message);
}

function invalid(cause?: unknown): ApiError {
  const message = 'The access token does not hold: log in again, and send it in the header: Authorization: Bearer …';
  return new ApiError({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message, { cause });
}
