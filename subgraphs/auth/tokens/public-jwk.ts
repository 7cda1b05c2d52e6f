import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import type { KeyPair } from './private-key.ts';

/** What everybody may know of a key (RFC 7517, section 4; RFC 7518, section 6.3.1). */
export interface PublicJwk {
  kty: 'RSA';
  /** Modulus and exponent, base64url. */
  n: string;
  e: string;
  kid: string;
  use: 'sig';
  alg: typeof tokenAlgorithm;
}

/** Member by member, so that nothing of a private key can come along. */
export function publicJwk({ kid, publicKey }: Pick<KeyPair, 'kid' | 'publicKey'>): PublicJwk {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', n, e, kid, use: 'sig', alg: tokenAlgorithm };
}
