import { generateKeyPairSync, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { accessTokenAlgorithm, accessTokenType, keyId } from '../../runtime/access-token.ts';
import { audience, issuer } from './tokens.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** PEM, for who verifies the tokens of these tests. */
export const verificationPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** An access token of a user's, as auth would sign it. */
export function tokenOf(userId: string): string {
  const header = { alg: accessTokenAlgorithm, typ: accessTokenType, kid: keyId(publicKey) };
  const claims = { algorithm: accessTokenAlgorithm, header, issuer, audience, jwtid: randomUUID() } as const;
  return jwt.sign({ client_id: 'test' }, privateKey, { ...claims, subject: userId, expiresIn: 3_600 });
}
