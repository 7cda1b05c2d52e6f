import type { ValidationIssue } from '../../../platform/api-error.ts';
import { usernameKey } from '../accounts/usernames.ts';
import { loadBreachedPasswords } from './breached-passwords.ts';

/** bcrypt reads no further. */
const maxBytes = 72;
/** In UTF-16 units, before normalisation, which could cost much and makes no text of more units fit. */
const maxLengthAsWritten = 4 * maxBytes;
/** Shorter names stand in too many good passwords by chance. */
const minUsernameCharacters = 3;
const productName = 'image-supergraph';

/** What keeps a text from being this account's new password; `field` is the input's field that is blamed. */
export type PasswordProblems = (password: string, about: { username: string; field: string }) => ValidationIssue[];

/**
 * The rules about new passwords: a length, and not what is guessed first (NIST SP 800-63B, section 5.1.1.2). There is
 * none about kinds of characters. All problems come together, but one of length alone.
 */
export function createPasswordRules({ minCharacters }: { minCharacters: number }): PasswordProblems {
  const isBreached = loadBreachedPasswords();
  return (password, { username, field }) => {
    const problem = (message: string): ValidationIssue => ({ field, message });
    const prepared = preparePassword(password);
    if (isTooLong(prepared)) return [problem(`A password has at most ${maxBytes} bytes of UTF-8.`)];
    if ([...prepared].length < minCharacters) return [problem(`A password has at least ${minCharacters} characters.`)];
    const rules: [isBroken: boolean, message: string][] = [
      [!isText(prepared), 'A password is well-formed text without NUL.'],
      [isBreached(prepared), 'A password is none of the 100,000 that breaches have made known best: choose another.'],
      [holdsUsername(prepared, username), 'A password does not hold the username: leave it out.'],
      [holdsProductName(prepared), `A password does not hold ${productName}, the name of this product: leave it out.`],
    ];
    return rules.filter(([isBroken]) => isBroken).map(([, message]) => problem(message));
  };
}

/** One form for what looks the same and is typed differently (RFC 8265, section 4.2). */
export function preparePassword(password: string): string {
  return password.length > maxLengthAsWritten ? password : password.normalize('NFC');
}

/** Whether bcrypt sees all of a prepared password: only then is it another than every other. */
export function isHashable(prepared: string): boolean {
  return !isTooLong(prepared) && isText(prepared);
}

function isTooLong(prepared: string): boolean {
  return Buffer.byteLength(prepared) > maxBytes;
}

function isText(prepared: string): boolean {
  return !prepared.includes('\0') && prepared.isWellFormed();
}

function holdsUsername(password: string, username: string): boolean {
  const key = usernameKey(username);
  return [...key].length >= minUsernameCharacters && usernameKey(password).includes(key);
}

function holdsProductName(password: string): boolean {
  return lettersAndDigits(password).includes(lettersAndDigits(productName));
}

function lettersAndDigits(text: string): string {
  return usernameKey(text).replace(/[^\p{L}\p{Nd}]/gu, '');
}
