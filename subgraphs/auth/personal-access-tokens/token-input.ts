import type { ValidationIssue } from '../../../platform/api-error.ts';
import { isInvisible, isLonger, isStorableText } from '../../../platform/text.ts';

/** The scopes that a token for scripts may have. A session is allowed all of this, and more. */
const grantableScopes: readonly string[] = ['resources:read', 'resources:write'];

const maxNameCharacters = 100;
const maxDays = 365;

const defaultDays = 90;

export interface TokenInput {
  name: string;
  scopes: readonly string[];
  /** 90 by default, also in the schema. */
  expiresInDays?: number;
}

/** An input without white space around the name, and with each scope once. */
export interface NormalisedTokenInput extends Required<TokenInput> {
  scopes: string[];
}

export function normaliseTokenInput({ name, scopes, expiresInDays = defaultDays }: TokenInput): NormalisedTokenInput {
  return { name: name.trim(), scopes: [...new Set(scopes)].sort(), expiresInDays };
}

/** Issues of an input that is already normalised. */
export function tokenInputIssues({ name, scopes, expiresInDays }: NormalisedTokenInput): ValidationIssue[] {
  const unknown = scopes.find((scope) => !grantableScopes.includes(scope));
  const isLifetime = Number.isInteger(expiresInDays) && expiresInDays >= 1 && expiresInDays <= maxDays;
  return [
    ...nameIssues(name),
    ...(unknown === undefined && scopes.length > 0 ? [] : [scopeIssue(unknown)]),
    ...(isLifetime ? [] : [{ field: 'expiresInDays', message: `A token expires in 1 to ${maxDays} days.` }]),
  ];
}

function nameIssues(name: string): ValidationIssue[] {
  const issue = (message: string) => [{ field: 'name', message }];
  if (name === '' || isLonger(name, maxNameCharacters))
    return issue(`A name has 1 to ${maxNameCharacters} characters.`);
  if (!isStorableText(name)) return issue('It must be well-formed Unicode without NUL.');
  return isInvisible(name) ? issue('A name has at least one visible character.') : [];
}

function scopeIssue(unknown: string | undefined): ValidationIssue {
  const choice = `choose at least one of ${grantableScopes.join(' and ')}.`;
  const problem =
    unknown === undefined ? 'A token needs a scope' : `${JSON.stringify(unknown.slice(0, 50))} is no scope`;
  return { field: 'scopes', message: `${problem}: ${choice}` };
}
