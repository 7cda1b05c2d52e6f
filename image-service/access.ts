import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './responses.ts';

/** Creates a check that throws 401 without a token and 403 with a wrong one, in constant time. */
export function createTokenCheck(token: string): (headers: IncomingHttpHeaders) => void {
  const expected = digest(token);
  return (headers) => {
    const actual = headers['x-api-private-token'] || headers['private-token'];
    if (!actual) throw new HttpError(401, 'Send the token in the header X-API-Private-Token.');
    if (!timingSafeEqual(digest(String(actual)), expected)) throw new HttpError(403, 'The token is wrong.');
  };
}

// timingSafeEqual needs equal lengths, and the length of the token is secret too.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
