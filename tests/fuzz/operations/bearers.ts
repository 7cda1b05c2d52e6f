import fc from 'fast-check';
import jwt from 'jsonwebtoken';

/** The sender of a request: a user, nobody, or somebody with a forged token. The user's token is known when the case runs. */
export type Bearer = { name: string; headers: (accessToken: string) => Record<string, string> };

const withToken = (name: string, tokenOf: (accessToken: string) => string): Bearer => ({
  name,
  headers: (accessToken) => ({ authorization: `Bearer ${tokenOf(accessToken)}` }),
});

const signedIn = withToken('a user', (accessToken) => accessToken);
const anonymous: Bearer = { name: 'nobody', headers: () => ({}) };

const partsOf = (token: string) => token.split('.') as [string, string, string];
const claimsOf = (token: string) => jwt.decode(token, { json: true }) ?? {};
/** A valid header for values that HTTP allows. */
const raw = fc.string({ maxLength: 30 }).filter((text) => /^[\x20-\x7e]*$/.test(text));

const forged: fc.Arbitrary<Bearer> = fc.oneof(
  fc.constantFrom(
    withToken('a token without signature', (token) => `${partsOf(token)[0]}.${partsOf(token)[1]}.`),
    withToken('a token of algorithm none', (token) => jwt.sign(claimsOf(token), '', { algorithm: 'none' })),
    withToken('a token signed with a word', (token) => jwt.sign(claimsOf(token), 'a word of no meaning')),
    withToken('two tokens', (token) => `${token}, ${token}`),
    withToken('a token in quotes', (token) => JSON.stringify(token)),
    withToken('half a token', (token) => token.slice(0, token.length / 2)),
  ),
  fc.nat().map((at) => withToken(`a token with character ${at} changed`, (token) => changedAt(token, at))),
  raw.map((text) => ({ name: `a header of ${JSON.stringify(text)}`, headers: () => ({ authorization: text }) })),
);

function changedAt(token: string, at: number): string {
  const index = at % token.length;
  return `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`;
}

export const bearers: fc.Arbitrary<Bearer> = fc.oneof(
  { weight: 7, arbitrary: fc.constant(signedIn) },
  { weight: 2, arbitrary: fc.constant(anonymous) },
  { weight: 1, arbitrary: forged },
);
