import { createHash, randomBytes } from 'node:crypto';

/** Begins every personal access token, so that secret scanners find one that was committed or pasted by mistake. */
export const personalAccessTokenPrefix = 'isg_pat_';

/** Lengths in bytes. */
const randomLength = 32;
const checksumLength = 4;

/**
 * Creates a personal access token: the prefix, and in base64url 256 random bits with the first 32 bits of their SHA-256.
 * The checksum tells a token from a text that only looks like one, without any look-up.
 */
export function createPersonalAccessToken(): string {
  return encode(randomBytes(randomLength));
}

/** Tells if a text has the form and the checksum of a personal access token; not whether one was issued. */
export function isPersonalAccessToken(text: string): boolean {
  const bytes = Buffer.from(text.slice(personalAccessTokenPrefix.length), 'base64url');
  return text === encode(bytes.subarray(0, randomLength));
}

/** Hashes a token for storage and look-up, in base64url. A salt is not needed, as the tokens are random. */
export function hashPersonalAccessToken(token: string): string {
  return sha256(token).toString('base64url');
}

function encode(random: Buffer): string {
  const checksum = sha256(random).subarray(0, checksumLength);
  return `${personalAccessTokenPrefix}${Buffer.concat([random, checksum]).toString('base64url')}`;
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
