import type { ValidationIssue } from '../../../platform/api-error.ts';
import { usernameKey } from '../usernames/usernames.ts';
import { loadBreachedPasswords } from './breached-passwords.ts';

/** bcrypt ignores all bytes after these. */
const maxBytes = 72;
/** In UTF-16 units. No longer text can become short enough by NFC, and normalising a very long one blocks the process. */
const maxLengthBeforeNormalisation = 4 * maxBytes;
/** Shorter usernames occur in good passwords by chance. */
const minUsernameCharacters = 3;
const productName = 'image-supergraph';

/** Checks a new password for an account; `field` names the input field in the issues. */
export type ValidatePassword = (password: string, account: { username: string; field: string }) => ValidationIssue[];

/**
 * The rules for new passwords: a length, and nothing that attackers try first (NIST SP 800-63B, section 5.1.1.2). No
 * kinds of characters are required. A wrong length is reported alone, all other issues together.
 */
export function createPasswordRules({ minCharacters }: { minCharacters: number }): ValidatePassword {
  const isBreached = loadBreachedPasswords();
  return (password, { username, field }) => {
    const issue = (message: string): ValidationIssue => ({ field, message });
    const prepared = preparePassword(password);
    if (isTooLong(prepared)) return [issue(`A password has at most ${maxBytes} bytes of UTF-8.`)];
    if ([...prepared].length < minCharacters) return [issue(`A password has at least ${minCharacters} characters.`)];
    const rules: [isBroken: boolean, message: string][] = [
      [!isText(prepared), 'A password must be well-formed Unicode text without NUL.'],
      [isBreached(prepared), 'This password is one of the 100,000 most common in data breaches: choose another.'],
      [containsUsername(prepared, username), 'A password must not contain the username.'],
      [containsProductName(prepared), `A password must not contain ${productName}, the name of this product.`],
    ];
    return rules.filter(([isBroken]) => isBroken).map(([, message]) => issue(message));
  };
}

/** Normalises to NFC, so that a password matches whichever way its accents are typed (RFC 8265, section 4.2). */
export function preparePassword(password: string): string {
  return password.length > maxLengthBeforeNormalisation ? password : password.normalize('NFC');
}

/** Tells whether bcrypt reads all of a prepared password. If not, different passwords would have the same hash. */
export function isHashable(prepared: string): boolean {
  return !isTooLong(prepared) && isText(prepared);
}

function isTooLong(prepared: string): boolean {
  return Buffer.byteLength(prepared) > maxBytes;
}

function isText(prepared: string): boolean {
  return !prepared.includes('\0') && prepared.isWellFormed();
}

function containsUsername(password: string, username: string): boolean {
  const key = usernameKey(username);
  return [...key].length >= minUsernameCharacters && usernameKey(password).includes(key);
}

function containsProductName(password: string): boolean {
  return lettersAndDigits(password).includes(lettersAndDigits(productName));
}

function lettersAndDigits(text: string): string {
  return usernameKey(text).replace(/[^\p{L}\p{Nd}]/gu, '');
}
