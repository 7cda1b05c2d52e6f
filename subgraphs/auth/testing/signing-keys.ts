import { newKeyPair } from '../tokens/private-key.ts';
import { publicJwk } from '../tokens/public-jwk.ts';
import type { SigningKeys } from '../tokens/signing-keys.ts';

/** One key that signs and is accepted, without a folder. */
export function oneKey(): SigningKeys {
  const { kid, privateKey, publicKey } = newKeyPair();
  return {
    get: (wanted) => (wanted === kid ? publicKey : undefined),
    refresh: async () => {},
    requireKeys: () => {},
    current: () => ({ kid, privateKey }),
    published: () => ({ keys: [publicJwk({ kid, publicKey })] }),
    stop: () => {},
  };
}
