import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { isStrongRsa, keyId, minExponent, minModulusBits } from '../../../platform/tokens/key-set.ts';

/** A pair that tokens are signed and verified with, and its name. */
export interface KeyPair {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** A key that nobody has yet. */
export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = pairOf(generateKeyPairSync('rsa', { modulusLength: minModulusBits }).privateKey);
    // On a command line a name that begins with a hyphen would be taken for an option.
    if (!pair.kid.startsWith('-')) return pair;
  }
}

/** Reads the PEM of an RSA private key (PKCS 8) of at least 2048 bits. */
export function readPrivateKey(pem: string): KeyPair {
  const privateKey = parse(pem);
  if (isStrongRsa(privateKey)) return requireWhole(pairOf(privateKey));
  const strong = `of ${minModulusBits} bits or more, with an exponent of ${minExponent} or more`;
  throw new StartupError(`It is of the wrong kind: it must be an RSA key ${strong}.`);
}

function pairOf(privateKey: KeyObject): KeyPair {
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

/** A key whose numbers do not belong together is read all the same, and signs what nobody can verify. */
function requireWhole(pair: KeyPair): KeyPair {
  if (canSign(pair)) return pair;
  throw damaged();
}

function canSign({ privateKey, publicKey }: KeyPair): boolean {
  const text = Buffer.from('whatever');
  try {
    return verify('sha256', text, publicKey, sign('sha256', text, privateKey));
  } catch {
    return false;
  }
}

function damaged(options?: ErrorOptions): StartupError {
  const message =
    'It is damaged: it must be the PEM of an RSA private key. Restore it; without it the tokens that it signed end.';
  return new StartupError(message, options);
}
