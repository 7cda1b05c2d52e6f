import { createHash, type KeyObject } from 'node:crypto';

/** The public keys that verify tokens at this moment. */
export interface KeySet {
  /** The key of a `kid`; undefined if it is unknown or retired. */
  get(kid: string): KeyObject | undefined;
  /**
   * Fetches keys that were added since, if the last fetch was long enough ago. Resolves even if there is no new key;
   * rejects with SERVICE_UNAVAILABLE if there is no key at all yet.
   */
  refresh(): Promise<void>;
}

/** A key set that is kept up to date until it is stopped. */
export interface OpenKeySet extends KeySet {
  /** Throws SERVICE_UNAVAILABLE if there is no key at all yet. */
  requireKeys(): void;
  /** Stops updates; the last keys stay valid. */
  stop(): void;
}

/** Creates a key set that never changes, with thumbprints or the map's keys as `kid`. */
export function fixedKeySet(keys: readonly KeyObject[] | ReadonlyMap<string, KeyObject>): OpenKeySet {
  const byId = keys instanceof Map ? keys : new Map([...keys.values()].map((key) => [keyId(key), key]));
  return { get: (kid) => byId.get(kid), refresh: async () => {}, requireKeys: () => {}, stop: () => {} };
}

/** A key's JWK thumbprint (RFC 7638): whoever holds the key computes the same id. */
export function keyId(key: KeyObject): string {
  const { e, kty, n } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

/** RFC 7518, section 3.3. */
export const minModulusBits = 2048;
/** FIPS 186-5, section A.1.1. With the exponent 1, anybody could sign. */
export const minExponent = 65_537n;

/** Tells if a key is an RSA key that is strong enough for tokens. */
export function isStrongRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  const isOdd = publicExponent % 2n === 1n;
  return asymmetricKeyType === 'rsa' && modulusLength >= minModulusBits && publicExponent >= minExponent && isOdd;
}
