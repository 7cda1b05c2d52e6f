import { createHash, randomBytes } from 'node:crypto';
import type { RefreshTokenHashes } from '../storage/session-store.ts';

/** Lengths in bytes. */
const familyBytes = 12;
const ownBytes = 17;
const checksumBytes = 3;

/**
 * Creates an opaque refresh token (RFC 6749, section 1.5) of 256 bits in base64url: 96 random bits that all tokens of a
 * session share, 136 random bits of its own, and a checksum. The shared prefix, the family, identifies the session of a
 * used token after the token's hash has been deleted. `previous` is an earlier token of the same session.
 */
export function createRefreshToken(previous?: string): string {
  const family = previous === undefined ? randomBytes(familyBytes) : familyOf(Buffer.from(previous, 'base64url'));
  const random = Buffer.concat([family, randomBytes(ownBytes)]);
  return Buffer.concat([random, checksumOf(random)]).toString('base64url');
}

/** Hashes a token for storage and look-up. A token with a wrong checksum has no family, as it was never issued. */
export function hashRefreshToken(token: string): RefreshTokenHashes {
  const bytes = Buffer.from(token, 'base64url');
  const random = bytes.subarray(0, familyBytes + ownBytes);
  const expected = Buffer.concat([random, checksumOf(random)]).toString('base64url');
  return {
    hash: sha256(token).toString('base64url'),
    family: expected === token ? sha256(familyOf(bytes)).toString('base64url') : '',
  };
}

const familyOf = (token: Buffer) => token.subarray(0, familyBytes);
const checksumOf = (random: Buffer) => sha256(random).subarray(0, checksumBytes);
const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
