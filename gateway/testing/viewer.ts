import { forgeWith, newPair, seconds } from '../../platform/testing/forged-tokens.ts';
import { fixedKeySet } from '../../platform/tokens/key-set.ts';

const pair = newPair();
const forge = forgeWith(pair);

/** Verifies the tokens of `accessTokenWith`. */
export const verifier = { keys: fixedKeySet([pair.publicKey]) };

/** Signs an access token, of a session unless it has a `scope`. */
export const accessTokenWith = (claims: Record<string, unknown> = {}): string =>
  forge({}, { exp: seconds() + 3_600, ...claims });
