import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';

/** The `kid` in a token's header. */
export function kidOf(token: string): string {
  return jwt.decode(token, { complete: true })?.header.kid ?? '';
}

/** The session that an access token was issued to. */
export const sessionIdOf = (accessToken: string) => String(jwt.decode(accessToken, { json: true })?.sid);

/** The `kid`s that auth publishes, in order. */
export async function publishedKids(auth: string): Promise<string[]> {
  const response = await fetch(new URL('/.well-known/jwks.json', auth));
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/** Signs a token with a stolen private key: with the claims of `like`, valid for an hour. */
export function signAsThief(pem: string, { like, kid = kidOf(like) }: { like: string; kid?: string }): string {
  const { exp: _, iat: __, ...claims } = jwt.decode(like, { json: true }) ?? {};
  const header = { ...jwt.decode(like, { complete: true })?.header, alg: 'RS256', kid };
  return jwt.sign(claims, pem, { algorithm: 'RS256', header, expiresIn: 3_600 });
}

/** Signs a copy of a system's access token as one for scripts: with a `scope`, of the same account and session. */
export function withScope(accessToken: string, { scope, dataFolder }: { scope: string; dataFolder: string }): string {
  return withClaims(accessToken, { scope }, dataFolder);
}

/** Signs a copy of a system's access token that expired a minute ago. */
export function expiredToken(accessToken: string, dataFolder: string): string {
  const exp = Math.floor(Date.now() / 1_000) - 60;
  return withClaims(accessToken, { exp, iat: exp - 900 }, dataFolder);
}

function withClaims(accessToken: string, claims: jwt.JwtPayload, dataFolder: string): string {
  const folder = join(dataFolder, 'secrets', 'signing-keys');
  const [file = ''] = readdirSync(folder).filter((name) => name.includes(kidOf(accessToken)));
  const { header, payload } = jwt.decode(accessToken, { complete: true, json: true }) ?? {};
  if (!header || !payload) throw new Error('The access token is no JWT.');
  const pem = readFileSync(join(folder, file), 'utf8');
  return jwt.sign({ ...(payload as jwt.JwtPayload), ...claims }, pem, { algorithm: 'RS256', header });
}
