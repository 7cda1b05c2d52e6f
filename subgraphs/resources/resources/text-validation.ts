import type { ValidationIssue } from '../../../platform/api-error.ts';
import { isInvisible, isLonger, isStorableText } from '../../../platform/text.ts';

const maxTitleCharacters = 200;
export const maxDescriptionCharacters = 5_000;
const maxKeyCharacters = 64;
const invisibleTitle =
  'A title has at least one visible character. This one has only invisible ones, such as zero-width spaces: add a letter, a digit or a symbol.';

/** Removes white space around a title. */
export const trimTitle = (title: string) => title.trim();

/** Issues of a title that is already trimmed. */
export function titleIssues(title: string): ValidationIssue[] {
  const field = 'title';
  if (title === '') return [{ field, message: 'A title has at least one character that is not white space.' }];
  if (isLonger(title, maxTitleCharacters)) {
    return [{ field, message: `A title has at most ${maxTitleCharacters} characters.` }];
  }
  if (!isStorableText(title)) return characterIssues(field, title);
  return isInvisible(title) ? [{ field, message: invisibleTitle }] : [];
}

export function descriptionIssues(description: string): ValidationIssue[] {
  const field = 'description';
  if (isLonger(description, maxDescriptionCharacters)) {
    return [{ field, message: `A description has at most ${maxDescriptionCharacters} characters.` }];
  }
  return characterIssues(field, description);
}

export function keyIssues(key: string): ValidationIssue[] {
  const field = 'idempotencyKey';
  if (key === '' || isLonger(key, maxKeyCharacters)) {
    return [{ field, message: `A key has 1 to ${maxKeyCharacters} characters.` }];
  }
  return characterIssues(field, key);
}

/** An issue where the text has a lone surrogate or NUL, which not every database can store. */
export function characterIssues(field: string, text: string): ValidationIssue[] {
  return isStorableText(text) ? [] : [{ field, message: 'It must be well-formed Unicode without NUL.' }];
}
