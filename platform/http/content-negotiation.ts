import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** Content types of responses; the first is the default. */
export const responseTypes = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

/** Clients send few different Accept headers, and short ones. */
const cache = new LRUCache<string, string>({ max: 100 });
/** Characters; a longer header is not kept. */
const maxCachedLength = 256;
const none = '';

/** Selects the response type for an Accept header (RFC 9110, section 12.5.1); undefined if it accepts none. */
export function acceptedType(accept = '*/*'): string | undefined {
  const cached = cache.get(accept);
  if (cached !== undefined) return cached || undefined;
  const type = new Negotiator({ headers: { accept } }).mediaType(responseTypes);
  if (accept.length <= maxCachedLength) cache.set(accept, type ?? none);
  return type;
}

/** Tells if an Accept header prefers HTML, as browsers' do for an address that was typed. */
export function prefersPage(accept = '*/*'): boolean {
  return new Negotiator({ headers: { accept } }).mediaType([...responseTypes, pageType]) === pageType;
}

const pageType = 'text/html';

/** Tells `application/json` in UTF-8, which is its only encoding (RFC 8259, section 8.1). */
export function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  const [type, ...parameters] = contentType.toLowerCase().split(/ *; */);
  const isReadable = (parameter: string) =>
    !parameter.startsWith('charset=') || /^charset="?utf-8"? *$/.test(parameter);
  return type?.trim() === 'application/json' && parameters.every(isReadable);
}
