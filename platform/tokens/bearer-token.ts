import type { ApiError } from '../api-error.ts';
import { unauthenticated } from './token-errors.ts';

/** Reads the token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); undefined for any other. */
export function findBearerToken(authorization: string): string | undefined {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  return token;
}

/** Reads the same, or throws UNAUTHENTICATED, which says what is wrong without repeating the header's secrets. */
export function readBearerToken(authorization: string): string {
  const token = findBearerToken(authorization);
  if (token === undefined) throw explain(authorization);
  return token;
}

/** Tells what programs send in place of a token that they do not have: `undefined`, or the name of a variable. */
export function isPlaceholder(token: string): boolean {
  return /^(undefined|null|nil|none|nan|true|false|\[object .*|\.+|…|[$%<{].*)$/i.test(token);
}

/** The error for such a header. */
export function placeholderSent(): ApiError {
  return malformed('It has a placeholder, such as undefined or $TOKEN, in place of the token.');
}

/** Mistakes in the order in which they are looked for. */
const mistakes: readonly [pattern: RegExp, message: string][] = [
  [/^\s*$/, 'It is empty: the program may not have set it.'],
  [/["'`“”‘’„«»]/, 'It has quotation marks: leave them out.'],
  [/^authorization\s*[:=]/i, 'Its value begins with its name: leave the name out.'],
  [/^bearer\s*[:=]/i, 'It has a colon or an equals sign after Bearer: write a space instead.'],
  [/^bearer\s*$/i, 'It has no token after Bearer: the variable with the token may be empty.'],
  [/^bearer\s+bearer\b/i, 'It has the word Bearer twice: write it once.'],
  [/^bearer[^\S ]/i, 'It has a tab or the like after Bearer: write a space instead.'],
  [/^bearer\S/i, 'It has no space after Bearer: write one.'],
  [/^(?!bearer\b)\S+$/i, 'It has no scheme: write Bearer and a space before the token.'],
  [/^(?!bearer\b)/i, 'Its scheme is not Bearer, the only one that is supported.'],
  [/^bearer +\S+\s+\S/i, 'It has several tokens, or white space within the token: send one token.'],
  [/^/, 'Its token has characters that no token has: copy the token again.'],
];

function explain(authorization: string): ApiError {
  if (isPlaceholder(authorization.replace(/^bearer\s+/i, ''))) return placeholderSent();
  const [, message = ''] = mistakes.find(([pattern]) => pattern.test(authorization)) ?? [];
  return malformed(message);
}

function malformed(message: string): ApiError {
  const form = 'The header must have the form `Authorization: Bearer <token>`.';
  return unauthenticated('INVALID', `The header Authorization is malformed. ${message} ${form}`);
}
