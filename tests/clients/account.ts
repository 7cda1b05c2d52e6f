import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSession, type Tokens } from './settings/session.ts';

const { SUPERGRAPH_URL } = process.env;
if (!SUPERGRAPH_URL)
  throw new Error('SUPERGRAPH_URL must be the address of a running system: use npm run test:clients.');
export const url = SUPERGRAPH_URL;

export const titles = ['First', 'Second', 'Third'] as const;

/** A file of tests/fixtures, as an input. */
export const imageOf = (name: string) => ({
  data: readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'base64'),
});

/** The input of a picture with this title. */
export const pictureOf = (title: string) => ({ title, image: imageOf('four-colours.png') });

/** A session with tokens in memory. `spoil` makes the API reject the access token. */
export function openSession() {
  let tokens: Tokens | undefined;
  const store = {
    get: () => tokens,
    set: (changed: Tokens | undefined) => {
      tokens = changed;
    },
  };
  const spoil = () => {
    if (tokens) tokens = { ...tokens, accessToken: tokens.accessToken.replace(/[^.]+$/, 'spoilt') };
  };
  return { session: createSession(url, store), store, spoil };
}

/** Registers an account. Each client logs in to it by itself. */
export async function register(): Promise<{ username: string; password: string }> {
  const credentials = { username: `user-${randomUUID().slice(0, 13)}`, password: `correct horse ${randomUUID()}` };
  const query = 'mutation Register($input: RegisterInput!) { register(input: $input) { tokenType } }';
  const body = JSON.stringify({ query, variables: { input: credentials } });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data } = (await response.json()) as { data?: { register?: object } };
  if (!data?.register) throw new Error(`The account was not registered: HTTP ${response.status}.`);
  return credentials;
}

/** Returns a value that the schema lets be null. Throws if it is. */
export function requireValue<Value>(value: Value): NonNullable<Value> {
  if (value === null || value === undefined) throw new Error('The response has null in place of a value.');
  return value;
}
