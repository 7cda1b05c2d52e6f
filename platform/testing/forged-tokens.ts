import { constants, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import { accessTokenType } from '../tokens/access-token.ts';
import { keyId } from '../tokens/key-set.ts';
import { tokenAlgorithm } from '../tokens/signed-token.ts';

export const issuer = 'https://auth.example';
export const audience = 'https://api.example';

export type Part = Record<string, unknown>;
export type Sign = (text: string) => Buffer;

export const newPair = (modulusLength = 2048): KeyPairKeyObjectResult => generateKeyPairSync('rsa', { modulusLength });

export const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** The current Unix time in seconds, as in tokens. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

export function rsa(key: KeyObject, digest = 'sha256', padding = constants.RSA_PKCS1_PADDING): Sign {
  // Only PSS has a salt; it is as long as the digest (RFC 7518, section 3.5).
  return (text) => sign(digest, Buffer.from(text), { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

export type Forge = (header?: Part, claims?: Part, signed?: Sign) => string;

/** Creates access tokens that are valid except for `header` and `claims`; omits undefined ones. */
export function forgeWith({ publicKey, privateKey }: KeyPairKeyObjectResult): Forge {
  const validHeader = { alg: tokenAlgorithm, typ: accessTokenType, kid: keyId(publicKey) };
  return (header = {}, claims = {}, signed = rsa(privateKey)) => {
    const validClaims = {
      iss: issuer,
      aud: audience,
      sub: 'ada',
      sid: 'a-session',
      iat: seconds(),
      exp: seconds() + 60,
    };
    const text = `${encode({ ...validHeader, ...header })}.${encode({ ...validClaims, ...claims })}`;
    return `${text}.${signed(text).toString('base64url')}`;
  };
}
