import type { ValidationIssue } from '../../../platform/api-error.ts';

const maxTitleCharacters = 200;
export const maxDescriptionCharacters = 5_000;
const maxKeyCharacters = 64;

/** A title without the white space around it. */
export const trimTitle = (title: string) => title.trim();

/** What keeps a trimmed text from being a title. */
export function titleProblems(title: string): ValidationIssue[] {
  const field = 'title';
  if (title === '') return [{ field, message: 'A title has at least one character that is not white space.' }];
  if (isLonger(title, maxTitleCharacters)) {
    return [{ field, message: `A title has at most ${maxTitleCharacters} characters.` }];
  }
  return characterProblems(field, title);
}

/** What keeps a text from being a description. */
export function descriptionProblems(description: string): ValidationIssue[] {
  const field = 'description';
  if (isLonger(description, maxDescriptionCharacters)) {
    return [{ field, message: `A description has at most ${maxDescriptionCharacters} characters.` }];
  }
  return characterProblems(field, description);
}

/** What keeps a text from being an idempotency key. */
export function keyProblems(key: string): ValidationIssue[] {
  const field = 'idempotencyKey';
  if (key === '' || isLonger(key, maxKeyCharacters)) {
    return [{ field, message: `A key has 1 to ${maxKeyCharacters} characters.` }];
  }
  return characterProblems(field, key);
}

/** Half a surrogate pair and NUL are no characters that every database can keep. */
export function characterProblems(field: string, text: string): ValidationIssue[] {
  return isText(text) ? [] : [{ field, message: 'It must be well-formed Unicode without NUL.' }];
}

/** Whether every database can keep it. */
export function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Counts code points, and no more of them than needed. */
export function isLonger(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  return text.length > 2 * maxCharacters || [...text].length > maxCharacters;
}
