import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../json.ts';
import { isStrongRsa, keyId } from './key-set.ts';
import { tokenAlgorithm } from './signed-token.ts';

/** More than any issuer needs; bounds the work that a response can cause. */
const maxKeys = 20;
const maxIdCharacters = 200;

/**
 * Reads the keys of a JWK Set (RFC 7517, section 5) that can verify tokens, by `kid` or, without one, by thumbprint.
 * Ignores keys of another type or use and weak ones, as section 5 requires, and keys that are published with their private
 * part. Throws if the text is no JWK Set or has no usable key.
 */
export function readJwkSet(json: string): ReadonlyMap<string, KeyObject> {
  const { success, data } = setShape.safeParse(parseJson(json));
  if (!success) throw new Error('It is not a JWK Set.');
  const keys = new Map<string, KeyObject>();
  for (const jwk of data.keys) {
    const key = readJwk(jwk);
    // The first of two keys with the same kid counts, so that no key can replace another.
    if (key && !keys.has(key.kid)) keys.set(key.kid, key.publicKey);
    if (keys.size === maxKeys) break;
  }
  if (keys.size === 0) throw new Error('It has no key that can verify tokens.');
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
  // Each of these reveals the private exponent, too.
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
