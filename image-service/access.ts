import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ErrorAnswer } from './answers.ts';

/**
 * A check that throws a refusal: 401 without a token, 403 with a wrong one. Its time says nothing of the token.
 */
export function createTokenCheck(token: string): (headers: IncomingHttpHeaders) => void {
  const expected = digest(token);
  return (headers) => {
    const given = headers['x-api-private-token'] || headers['private-token'];
    if (!given) throw new ErrorAnswer(401, 'Send the token in the header X-API-Private-Token.');
    if (!timingSafeEqual(digest(String(given)), expected)) throw new ErrorAnswer(403, 'The token is not known.');
  };
}

// Equal lengths are what timingSafeEqual compares; the length of the token is a secret as well.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
