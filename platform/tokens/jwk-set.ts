import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { isStrongRsa, keyId } from './key-set.ts';
import { tokenAlgorithm } from './signed-token.ts';

/** More than anybody needs; whoever sends more keeps nobody busy with them. */
const maxKeys = 20;
const maxIdCharacters = 200;

/**
 * The keys of a JWK Set (RFC 7517, section 5) that verify tokens, by `kid`, or by their thumbprints where they have none.
 * Others are left out, as section 5 asks: of another kind, for another use, or too weak; and those of which the private
 * half is told, with which anybody could sign. Throws where that is no JWK Set, or none of its keys will do.
 */
export function readJwkSet(json: string): ReadonlyMap<string, KeyObject> {
  const { success, data } = setShape.safeParse(parse(json));
  if (!success) throw new Error('It is no JWK Set.');
  const keys = new Map<string, KeyObject>();
  for (const jwk of data.keys) {
    const key = readJwk(jwk);
    // Of two with one name the first holds, so that none can be put in the place of another.
    if (key && !keys.has(key.kid)) keys.set(key.kid, key.publicKey);
    if (keys.size === maxKeys) break;
  }
  if (keys.size === 0) throw new Error('No key in it can verify tokens.');
  return keys;
}

const setShape = z.object({ keys: z.array(z.unknown()) });

const jwkShape = z.object({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  kid: z.string().min(1).max(maxIdCharacters).optional(),
  use: z.literal('sig').optional(),
  alg: z.literal(tokenAlgorithm).optional(),
  key_ops: z
    .array(z.string())
    .refine((uses) => uses.includes('verify'))
    .optional(),
  d: z.never().optional(),
  // Each of these tells the private exponent, too.
  p: z.never().optional(),
  q: z.never().optional(),
  dp: z.never().optional(),
  dq: z.never().optional(),
  qi: z.never().optional(),
  oth: z.never().optional(),
});

function readJwk(jwk: unknown): { kid: string; publicKey: KeyObject } | undefined {
  const { kty, n, e, kid } = jwkShape.safeParse(jwk).data ?? {};
  if (kty === undefined) return undefined;
  try {
    const publicKey = createPublicKey({ key: { kty, n, e } as JsonWebKey, format: 'jwk' });
    return isStrongRsa(publicKey) ? { kid: kid ?? keyId(publicKey), publicKey } : undefined;
  } catch {
    return undefined;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
