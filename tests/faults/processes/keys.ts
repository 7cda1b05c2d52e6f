import { generateKeyPairSync, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { accessTokenType } from '../../../platform/tokens/access-token.ts';
import { keyId } from '../../../platform/tokens/key-set.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import { addKey } from '../../../subgraphs/auth/tokens/key-folder.ts';
import { audience, issuer } from './settings.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** PEM of the key that verifies the tokens of these tests. */
export const verificationPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** An access token of a user, as auth would sign it. */
export function tokenOf(userId: string): string {
  const header = { alg: tokenAlgorithm, typ: accessTokenType, kid: keyId(publicKey) };
  const claims = { algorithm: tokenAlgorithm, header, issuer, audience, jwtid: randomUUID() } as const;
  return jwt.sign({ client_id: 'test', sid: randomUUID() }, privateKey, {
    ...claims,
    subject: userId,
    expiresIn: 3_600,
  });
}

/** Adds the same key to auth's folder of signing keys. */
export function putSigningKey(folder: string): void {
  const pair = { kid: keyId(publicKey), privateKey, publicKey };
  addKey(folder, { signsFrom: new Date(0), pair, mode: 0o600 });
}
