import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** What an answer can be, the first where a client does not mind. */
export const answerTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

/** Of the headers that clients send there are few. */
const chosen = new LRUCache<string, string>({ max: 100 });
const none = '';

/** The one of `answerTypes` that an Accept header (RFC 9110, section 12.5.1) prefers; undefined where it accepts none. */
export function acceptedType(accept = '*/*'): string | undefined {
  const known = chosen.get(accept);
  if (known !== undefined) return known || undefined;
  const type = new Negotiator({ headers: { accept } }).mediaType(answerTypes);
  chosen.set(accept, type ?? none);
  return type;
}

/** Whether an Accept header would rather have a page than any of `answerTypes`, as that of a browser's address bar. */
export function prefersPage(accept = '*/*'): boolean {
  return new Negotiator({ headers: { accept } }).mediaType([...answerTypes, pageType]) === pageType;
}

const pageType = 'text/html';
