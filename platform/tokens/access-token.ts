import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isPlaceholder, placeholderSent, readBearerToken } from './bearer-token.ts';
import type { KeySet } from './key-set.ts';
import { personalAccessTokenPrefix } from './personal-access-token.ts';
import { createVerifyToken, TokenError, type VerifiedToken } from './signed-token.ts';
import { invalidAccessToken, missingToken, noAccessToken, notExchanged } from './token-errors.ts';

/** The header `typ` of access tokens (RFC 9068, section 2.1). */
export const accessTokenType = 'at+jwt';

/** The account and session that an access token was issued to. */
export interface Viewer {
  /** Id of the account: the token's `sub`. */
  id: string;
  /** Id of the session: the token's `sid`. */
  sessionId: string;
  /** The token's `scope` (RFC 9068, section 2.2.3). Absent in a person's session, which holds every scope. */
  scopes?: readonly string[];
}

/**
 * Reads an `Authorization` header. Throws UNAUTHENTICATED unless it carries a valid access token. Returns a promise only
 * if the token's key must be fetched first. A token alone does not tell if its session has ended since.
 */
export type Authenticate = (authorization: string | undefined) => Viewer | Promise<Viewer>;

export interface VerifierSettings {
  keys: KeySet;
  issuer: string;
  audience: string;
}

/** A verifier accepts any issuer or audience that it is not given: its tokens are verified again elsewhere. */
type AuthenticateSettings = Pick<VerifierSettings, 'keys'> & Partial<Record<'issuer' | 'audience', string | undefined>>;

const maxCachedTokens = 10_000;

interface CachedToken {
  viewer: Viewer;
  expiresAtMs: number;
  kid: string;
  key: KeyObject;
}

/**
 * Verifies bearer tokens (RFC 6750) with public keys, as RFC 9068, section 4, requires. A valid token is cached until it
 * expires or its key is retired, so that its signature is checked only once.
 */
export function createAuthenticate({ keys, issuer, audience }: AuthenticateSettings): Authenticate {
  const verify = createVerifyToken({ type: accessTokenType, keys, issuer, audience });
  // By the whole header: to look it up, nothing is read from it.
  const cache = new LRUCache<string, CachedToken>({ max: maxCachedTokens });

  const toViewer = (authorization: string, { claims, kid, key }: VerifiedToken): Viewer => {
    const { sub, sid, exp, scope } = claims;
    // jsonwebtoken accepts a token without `exp`, which would never expire.
    if (!isText(sub) || !isText(sid) || exp === undefined) throw invalidAccessToken('MALFORMED');
    const viewer = { id: sub, sessionId: sid, ...(scope !== undefined && { scopes: readScopes(scope) }) };
    cache.set(authorization, { viewer, expiresAtMs: exp * 1000, kid, key });
    return viewer;
  };

  return (authorization) => {
    if (authorization === undefined) throw missingToken();
    const cached = cache.get(authorization);
    if (cached && cached.expiresAtMs > Date.now() && keys.get(cached.kid) === cached.key) return cached.viewer;
    const token = readBearerToken(authorization);
    const fail = (error: unknown) => explain(token, error);
    try {
      const verified = verify(token);
      if (!(verified instanceof Promise)) return toViewer(authorization, verified);
      return verified.then((late) => toViewer(authorization, late)).catch(fail);
    } catch (error) {
      return fail(error);
    }
  };
}

/** Splits scopes, which single spaces separate (RFC 6749, section 3.3). */
function readScopes(scope: unknown): readonly string[] {
  if (typeof scope !== 'string') throw invalidAccessToken('MALFORMED');
  return scope.split(' ').filter((each) => each !== '');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function explain(token: string, error: unknown): never {
  if (!(error instanceof TokenError)) throw error;
  if (isPlaceholder(token)) throw placeholderSent();
  if (token.startsWith(personalAccessTokenPrefix)) throw notExchanged();
  if (!token.includes('.')) throw noAccessToken();
  throw invalidAccessToken(error.reason, error);
}
