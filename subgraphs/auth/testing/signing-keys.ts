import { newKeyPair, toPublicJwk } from '../tokens/key-pair.ts';
import type { SigningKeys } from '../tokens/signing-keys.ts';

/** A key set of one new key, without a folder. */
export function createSingleKey(): SigningKeys {
  const { kid, privateKey, publicKey } = newKeyPair();
  return {
    get: (wanted) => (wanted === kid ? publicKey : undefined),
    refresh: async () => {},
    requireKeys: () => {},
    current: () => ({ kid, privateKey }),
    published: () => ({ keys: [toPublicJwk({ kid, publicKey })] }),
    stop: () => {},
  };
}
