import { createPublicKey, type KeyObject } from 'node:crypto';
import { StartupError } from '../process/startup-error.ts';
import { readJwkSet } from './jwk-set.ts';
import { fixedKeySet, isStrongRsa, minExponent, minModulusBits, type OpenKeySet } from './key-set.ts';

const expected = 'the PEM of one or more RSA public keys, or a JWK Set';

/** Reads RSA public keys: concatenated PEM (SPKI) or a JWK Set. Rejects private keys, which only auth may have. */
export function readVerificationKeys(text: string): OpenKeySet {
  if (/PRIVATE KEY|"(d|p|q|dp|dq|qi|oth)"\s*:/.test(text)) {
    throw new StartupError('It contains a private key, which only auth may have: use the public key alone.');
  }
  return fixedKeySet(text.trimStart().startsWith('{') ? readSet(text) : readPems(text));
}

function readSet(json: string): ReadonlyMap<string, KeyObject> {
  try {
    return readJwkSet(json);
  } catch (error) {
    throw new StartupError(`${(error as Error).message} It must be ${expected}.`, { cause: error });
  }
}

function readPems(text: string): KeyObject[] {
  const pems = text.match(/-----BEGIN [^-]+-----.*?-----END [^-]+-----/gs) ?? [];
  // A truncated PEM has a beginning and no end.
  if (pems.length === 0 || pems.length !== text.split('-----BEGIN').length - 1) throw damaged();
  return pems.map(readPem);
}

function readPem(pem: string): KeyObject {
  const key = parse(pem);
  if (isStrongRsa(key)) return key;
  const strong = `of ${minModulusBits} bits or more, with an exponent of ${minExponent} or more`;
  throw new StartupError(`It is of the wrong kind: it must be ${expected}, ${strong}.`);
}

function parse(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw damaged({ cause: error });
  }
}

function damaged(options?: ErrorOptions): StartupError {
  return new StartupError(`It is damaged: it must be ${expected}.`, options);
}
