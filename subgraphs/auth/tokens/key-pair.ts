import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { isStrongRsa, keyId, minExponent, minModulusBits } from '../../../platform/tokens/key-set.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';

/** An RSA key pair; `kid` is the thumbprint of its public key (RFC 7638). */
export interface KeyPair {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** A public key as published in the JWK Set (RFC 7517, section 4; RFC 7518, section 6.3.1). */
export interface PublicJwk {
  kty: 'RSA';
  /** Modulus, base64url. */
  n: string;
  /** Exponent, base64url. */
  e: string;
  kid: string;
  use: 'sig';
  alg: typeof tokenAlgorithm;
}

export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = toPair(generateKeyPairSync('rsa', { modulusLength: minModulusBits }).privateKey);
    // On a command line, a kid that begins with a hyphen would be read as an option.
    if (!pair.kid.startsWith('-')) return pair;
  }
}

/** Reads an RSA private key of at least 2048 bits from PEM (PKCS #8 or #1). Throws a StartupError for anything else. */
export function readPrivateKey(pem: string): KeyPair {
  const privateKey = parse(pem);
  if (!isStrongRsa(privateKey)) {
    const strong = `of ${minModulusBits} bits or more, with an exponent of ${minExponent} or more`;
    throw new StartupError(`It is of the wrong kind: it must be an RSA key ${strong}.`);
  }
  const pair = toPair(privateKey);
  // Node also parses keys whose numbers do not belong together. Their signatures could not be verified.
  if (!canSign(pair)) throw damaged();
  return pair;
}

/** Copies the public members one by one, so that no private member can be published. */
export function toPublicJwk({ kid, publicKey }: Pick<KeyPair, 'kid' | 'publicKey'>): PublicJwk {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', n, e, kid, use: 'sig', alg: tokenAlgorithm };
}

function toPair(privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey);
  return { kid: keyId(publicKey), privateKey, publicKey };
}

function parse(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw damaged({ cause: error });
  }
}

function canSign({ privateKey, publicKey }: KeyPair): boolean {
  const data = Buffer.from('test');
  try {
    return verify('sha256', data, publicKey, sign('sha256', data, privateKey));
  } catch {
    return false;
  }
}

/** The message follows the name of the file; see `readSecret`. */
function damaged(options?: ErrorOptions): StartupError {
  const message =
    'It is damaged: it must be the PEM of an RSA private key. Restore it; without it, tokens that it signed are invalid.';
  return new StartupError(message, options);
}
