import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Refusal } from './refusal.ts';
import { StartFault } from './start-fault.ts';

/** RFC 9068, section 2.1: what tells an access token from every other JWT that the same key signs. */
export const accessTokenType = 'at+jwt';
/** The one algorithm that is signed with and accepted (RFC 8725, section 3.1). */
export const accessTokenAlgorithm = 'RS256';

/** Who a verified token speaks for. */
export interface Viewer {
  /** The account's id: the token's `sub`. */
  id: string;
}

/** Throws UNAUTHENTICATED, with the reason, unless the header carries a token that holds. */
export type Authenticate = (authorization: string | undefined) => Viewer;

export interface VerifierSettings {
  verificationKey: KeyObject;
  issuer: string;
  audience: string;
}

const maxRememberedTokens = 10_000;

/**
 * Verifies bearer tokens (RFC 6750) with the public key alone, as RFC 9068, section 4, asks: type, algorithm, signature,
 * issuer, audience and times. A token that held is remembered until it expires, so that its signature is checked once.
 */
export function createAuthenticate({ verificationKey, issuer, audience }: VerifierSettings): Authenticate {
  const keys = new Map([[keyId(verificationKey), verificationKey]]);
  const remembered = new LRUCache<string, { viewer: Viewer; expiresAtMs: number }>({ max: maxRememberedTokens });

  return (authorization) => {
    const token = bearerToken(authorization);
    const known = remembered.get(token);
    if (known && known.expiresAtMs > Date.now()) return known.viewer;
    const claims = verify(token, { keys, issuer, audience });
    const viewer = { id: claims.sub };
    remembered.set(token, { viewer, expiresAtMs: claims.exp * 1000 });
    return viewer;
  };
}

/** A key's id: its JWK thumbprint (RFC 7638), so that two parties who hold the key agree on its name. */
export function keyId(key: KeyObject): string {
  const { e, kty, n } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

/** Reads the PEM (SPKI) of an RSA public key; a private key is refused, as only auth may have it. */
export function readVerificationKey(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) {
    throw new StartFault('It holds a private key, which only auth may have: give the public key alone.');
  }
  try {
    const key = createPublicKey(pem);
    if (isStrongRsa(key)) return key;
  } catch (error) {
    throw new StartFault('It is damaged: it must be the PEM of an RSA public key.', { cause: error });
  }
  throw new StartFault(
    `It is of the wrong kind: it must be the PEM of an RSA public key of ${minModulusBits} bits or more.`,
  );
}

/** RFC 7518, section 3.3. */
export const minModulusBits = 2048;

/** Whether a key may sign or verify access tokens. */
export function isStrongRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= minModulusBits;
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) {
    const message = 'Log in first, and send the access token in the header: Authorization: Bearer …';
    throw new Refusal({ code: 'UNAUTHENTICATED', reason: 'MISSING' }, message);
  }
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw invalid();
  return token;
}

interface Expected {
  keys: ReadonlyMap<string, KeyObject>;
  issuer: string;
  audience: string;
}

function verify(token: string, { keys, issuer, audience }: Expected): { sub: string; exp: number } {
  const key = keys.get(keyNamedIn(token));
  if (!key) throw invalid();
  try {
    const claims = jwt.verify(token, key, { algorithms: [accessTokenAlgorithm], issuer, audience });
    // jsonwebtoken checks `exp` where there is one; a token without would never expire.
    if (typeof claims === 'object' && isText(claims.sub) && claims.exp !== undefined) {
      return { sub: claims.sub, exp: claims.exp };
    }
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) throw expired();
    throw invalid(error);
  }
  throw invalid();
}

/** The header's `kid`, or '' where the header is not one of ours. Nothing else in it is ever followed. */
function keyNamedIn(token: string): string {
  const header = readHeader(token);
  // `crit` names extensions that must be understood (RFC 7515, section 4.1.11), and none is.
  if (!header || typeof header.typ !== 'string' || header.crit !== undefined) return '';
  const type = header.typ.toLowerCase().replace(/^application\//, '');
  return type === accessTokenType && typeof header.kid === 'string' ? header.kid : '';
}

function readHeader(token: string): jwt.JwtHeader | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    // Claims that are no JSON.
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function expired(): Refusal {
  return new Refusal({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' }, 'The access token has expired: log in again.');
}

function invalid(cause?: unknown): Refusal {
  const message = 'The access token does not hold: log in again, and send it in the header: Authorization: Bearer …';
  return new Refusal({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message, { cause });
}
