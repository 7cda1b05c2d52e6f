import { type DocumentNode, parse } from 'graphql';
import type { RequestLimitError } from './limit-errors.ts';
import type { DocumentLimits } from './limits.ts';
import { checkSelections } from './selection-limits.ts';
import { checkText } from './text-limits.ts';

/**
 * Finds the first limit that a document exceeds: its text is looked at first, and parsed only if it is within its limits.
 * Returns undefined for a syntax error as well, which validation explains.
 */
export function checkDocument(source: string, limits: DocumentLimits): RequestLimitError | undefined {
  const error = checkText(source, limits);
  if (error) return error;
  const document = parseDocument(source);
  return document && checkSelections(document, limits);
}

function parseDocument(source: string): DocumentNode | undefined {
  try {
    return parse(source, { noLocation: true });
  } catch {
    return undefined;
  }
}
