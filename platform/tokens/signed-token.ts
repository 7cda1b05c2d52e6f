import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { KeySet } from './key-set.ts';

/** The one algorithm that is signed with and accepted (RFC 8725, section 3.1). */
export const tokenAlgorithm = 'RS256';

/** Which tokens hold: everything that tells one kind, of one issuer and for one audience, from all others. */
export interface TokenKind {
  /** The header's `typ`: what the same key signs for another purpose has another (RFC 8725, section 3.11). */
  type: string;
  issuer: string;
  audience: string;
  keys: KeySet;
}

/** What a token that holds says, and the key that it was signed with. */
export interface VerifiedToken {
  claims: jwt.JwtPayload;
  kid: string;
  key: KeyObject;
}

export type TokenFaultReason = 'MALFORMED' | 'UNKNOWN_KEY' | 'EXPIRED' | 'ISSUER' | 'AUDIENCE';

/** Why a token does not hold. */
export class TokenFault extends Error {
  override readonly name = 'TokenFault';
  readonly reason: TokenFaultReason;

  constructor(reason: TokenFaultReason, options?: ErrorOptions) {
    super(`The token does not hold: ${reason}.`, options);
    this.reason = reason;
  }
}

/** Throws, or rejects with, a TokenFault unless the token holds; at once where its key is known already. */
export type VerifyToken = (token: string) => VerifiedToken | Promise<VerifiedToken>;

/**
 * Verifies signed tokens (RFC 7519): type, algorithm, signature, issuer, audience and times. Of the header only `kid`
 * is followed, and that into a set of keys that were known before: never `jku`, `jwk`, `x5u` or `x5c`.
 */
export function createVerifyToken(kind: TokenKind): VerifyToken {
  const { keys, type } = kind;
  return (token) => {
    const kid = keyNamedIn(token, type);
    const key = keys.get(kid);
    if (key) return { claims: verify(token, key, kind), kid, key };
    return keys.refresh().then(() => {
      const added = keys.get(kid);
      if (!added) throw new TokenFault('UNKNOWN_KEY');
      return { claims: verify(token, added, kind), kid, key: added };
    });
  };
}

function verify(token: string, key: KeyObject, { issuer, audience }: TokenKind): jwt.JwtPayload {
  try {
    const claims = jwt.verify(token, key, { algorithms: [tokenAlgorithm], issuer, audience });
    if (typeof claims === 'object') return claims;
  } catch (error) {
    throw new TokenFault(reasonOf(error), { cause: error });
  }
  throw new TokenFault('MALFORMED');
}

/** jsonwebtoken tells these apart by its messages alone. */
function reasonOf(error: unknown): TokenFaultReason {
  if (error instanceof jwt.TokenExpiredError) return 'EXPIRED';
  const { message } = error as Error;
  if (message.startsWith('jwt issuer invalid')) return 'ISSUER';
  return message.startsWith('jwt audience invalid') ? 'AUDIENCE' : 'MALFORMED';
}

function keyNamedIn(token: string, type: string): string {
  const { typ, kid, crit } = readHeader(token) ?? {};
  // `crit` names extensions that must be understood (RFC 7515, section 4.1.11), and none is.
  const isOfType = typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type;
  if (isOfType && crit === undefined && typeof kid === 'string' && kid !== '') return kid;
  throw new TokenFault('MALFORMED');
}

function readHeader(token: string): jwt.JwtHeader | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    // Claims that are no JSON.
    return undefined;
  }
}
