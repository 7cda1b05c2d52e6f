import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import {
  accessTokenAlgorithm,
  accessTokenType,
  isStrongRsa,
  keyId,
  minModulusBits,
} from '../../runtime/access-token.ts';
import { StartFault } from '../../runtime/start-fault.ts';
import type { User } from './storage/user-store.ts';

export interface AccessToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

export type IssueToken = (user: User) => AccessToken;

export interface IssuerSettings {
  signingKey: SigningKey;
  issuer: string;
  audience: string;
  clientId: string;
  lifetimeSeconds: number;
}

export interface SigningKey {
  privateKey: KeyObject;
  /** For everybody who verifies. */
  verificationKey: KeyObject;
}

/** Issues access tokens after RFC 9068, section 2. */
export function createIssueToken({
  signingKey,
  issuer,
  audience,
  clientId,
  lifetimeSeconds,
}: IssuerSettings): IssueToken {
  const { privateKey, verificationKey } = signingKey;
  const header = { alg: accessTokenAlgorithm, typ: accessTokenType, kid: keyId(verificationKey) };
  return (user) => {
    const claims = { client_id: clientId, preferred_username: user.username };
    const accessToken = jwt.sign(claims, privateKey, {
      algorithm: accessTokenAlgorithm,
      header,
      issuer,
      audience,
      subject: user.id,
      jwtid: randomUUID(),
      expiresIn: lifetimeSeconds,
    });
    return { accessToken, expiresIn: lifetimeSeconds };
  };
}

/** Reads the PEM of an RSA private key (PKCS 8) of at least 2048 bits. */
export function readSigningKey(pem: string): SigningKey {
  const privateKey = parsePrivateKey(pem);
  if (!isStrongRsa(privateKey)) {
    throw new StartFault(`It is of the wrong kind: it must be an RSA key of ${minModulusBits} bits or more.`);
  }
  return { privateKey, verificationKey: createPublicKey(privateKey) };
}

function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const message =
      'It is damaged: it must be the PEM of an RSA private key. Restore it; a new one ends every token issued so far.';
    throw new StartFault(message, { cause: error });
  }
}
