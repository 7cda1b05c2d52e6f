import jwt from 'jsonwebtoken';
import { kidOf } from './busy-clients.ts';

/** The keys that auth publishes, by their names and in its order. */
export async function publishedBy(auth: string): Promise<string[]> {
  const response = await fetch(new URL('/.well-known/jwks.json', auth));
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/** A token by somebody who has a private key: like one that holds, good for an hour, and of another key's name where one is given. */
export function signAsStolen(pem: string, { like, kid = kidOf(like) }: { like: string; kid?: string }): string {
  const { exp: _, iat: __, ...claims } = jwt.decode(like, { json: true }) ?? {};
  const header = { ...jwt.decode(like, { complete: true })?.header, alg: 'RS256', kid };
  return jwt.sign(claims, pem, { algorithm: 'RS256', header, expiresIn: 3_600 });
}
