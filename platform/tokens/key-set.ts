import { createHash, type KeyObject } from 'node:crypto';

/** The public keys that tokens are verified with, as they are just now. */
export interface KeySet {
  /** By `kid`; undefined where it is unknown, or has been retired. */
  get(kid: string): KeyObject | undefined;
  /**
   * Looks for keys that were added since, as often as that may be done; never rejects for a key that is not there.
   * SERVICE_UNAVAILABLE where no key is known at all yet.
   */
  refresh(): Promise<void>;
}

/** Keys that are kept up to date, until that is stopped. */
export interface OpenKeySet extends KeySet {
  /** SERVICE_UNAVAILABLE where no key is known at all yet. */
  requireKeys(): void;
  /** The keys that were known last stay. */
  stop(): void;
}

/** Keys that stay as they are, each by its thumbprint or by the names that are given. */
export function fixedKeySet(keys: readonly KeyObject[] | ReadonlyMap<string, KeyObject>): OpenKeySet {
  const byId = keys instanceof Map ? keys : new Map([...keys.values()].map((key) => [keyId(key), key]));
  return { get: (kid) => byId.get(kid), refresh: async () => {}, requireKeys: () => {}, stop: () => {} };
}

/** A key's id: its JWK thumbprint (RFC 7638), so that two parties who hold the key agree on its name. */
export function keyId(key: KeyObject): string {
  const { e, kty, n } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

/** RFC 7518, section 3.3. */
export const minModulusBits = 2048;
/** FIPS 186-5, section A.1.1. With the exponent 1 anybody could sign. */
export const minExponent = 65_537n;

/** Whether a key may sign or verify tokens. */
export function isStrongRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  const isOdd = publicExponent % 2n === 1n;
  return asymmetricKeyType === 'rsa' && modulusLength >= minModulusBits && publicExponent >= minExponent && isOdd;
}
