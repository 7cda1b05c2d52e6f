import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { KeySet } from './key-set.ts';

/** The only algorithm that signs tokens and is accepted (RFC 8725, section 3.1). */
export const tokenAlgorithm = 'RS256';

/** One kind of token: its type, issuer, audience and keys tell it from all others. */
export interface TokenKind {
  /** The header's `typ`, which differs between the uses of a key (RFC 8725, section 3.11). */
  type: string;
  /** Any if omitted. */
  issuer?: string | undefined;
  /** Any if omitted. */
  audience?: string | undefined;
  keys: KeySet;
}

/** A valid token's claims, and the key that signed it. */
export interface VerifiedToken {
  claims: jwt.JwtPayload;
  kid: string;
  key: KeyObject;
}

export type TokenErrorReason = 'MALFORMED' | 'UNKNOWN_KEY' | 'EXPIRED' | 'NOT_YET_VALID' | 'ISSUER' | 'AUDIENCE';

/** Thrown for an invalid token. Claims of a token whose signature is wrong are never the reason. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly reason: TokenErrorReason;

  constructor(reason: TokenErrorReason, options?: ErrorOptions) {
    super(`The token is invalid: ${reason}.`, options);
    this.reason = reason;
  }
}

/** Verifies a token, or throws TokenError. Returns a promise only if the token's key must be fetched first. */
export type VerifyToken = (token: string) => VerifiedToken | Promise<VerifiedToken>;

/**
 * Verifies signed tokens (RFC 7519): type, algorithm, signature, times, audience and issuer. The header's `kid` selects
 * among configured keys; `jku`, `jwk`, `x5u` and `x5c` are ignored (RFC 8725, section 3.10).
 */
export function createVerifyToken(kind: TokenKind): VerifyToken {
  const { keys, type } = kind;
  return (token) => {
    const kid = readKeyId(token, type);
    const key = keys.get(kid);
    if (key) return { claims: verify(token, key, kind), kid, key };
    return keys.refresh().then(() => {
      const added = keys.get(kid);
      if (!added) throw new TokenError('UNKNOWN_KEY');
      return { claims: verify(token, added, kind), kid, key: added };
    });
  };
}

function verify(token: string, key: KeyObject, { issuer, audience }: TokenKind): jwt.JwtPayload {
  const claims = verifySignatureAndTimes(token, key);
  // Compared here, because jsonwebtoken has one error class for both, and a message for people.
  if (audience !== undefined && ![claims.aud].flat().includes(audience)) throw new TokenError('AUDIENCE');
  if (issuer !== undefined && claims.iss !== issuer) throw new TokenError('ISSUER');
  return claims;
}

function verifySignatureAndTimes(token: string, key: KeyObject): jwt.JwtPayload {
  let claims: jwt.JwtPayload | string;
  try {
    claims = jwt.verify(token, key, { algorithms: [tokenAlgorithm] });
  } catch (error) {
    throw new TokenError(reasonOf(error), { cause: error });
  }
  // A signed payload that is no JSON object arrives as text.
  if (typeof claims === 'string') throw new TokenError('MALFORMED');
  return claims;
}

function reasonOf(error: unknown): TokenErrorReason {
  if (error instanceof jwt.TokenExpiredError) return 'EXPIRED';
  return error instanceof jwt.NotBeforeError ? 'NOT_YET_VALID' : 'MALFORMED';
}

function readKeyId(token: string, type: string): string {
  const { typ, kid, crit } = readHeader(token) ?? {};
  const isOfType = typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type;
  // `crit` lists extensions that a verifier must support (RFC 7515, section 4.1.11); none is supported here.
  if (isOfType && crit === undefined && typeof kid === 'string' && kid !== '') return kid;
  throw new TokenError('MALFORMED');
}

function readHeader(token: string): jwt.JwtHeader | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    // jsonwebtoken throws if the claims are not JSON.
    return undefined;
  }
}
