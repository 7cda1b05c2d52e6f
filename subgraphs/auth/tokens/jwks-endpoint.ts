import type { PathHandler } from '../../../platform/http/exchange.ts';
import { sendError, sendText } from '../../../platform/http/responses.ts';
import type { SigningKeys } from './signing-keys.ts';

/** RFC 7517, section 8.5.2. */
const contentType = 'application/jwk-set+json';

/** Shorter than the time between publishing a new key and signing with it, so that caches never lack the signing key. */
const cacheControl = 'public, max-age=60';

/** Serves the JWK Set of the keys that tokens are verified with. */
export function createJwksHandler(keys: Pick<SigningKeys, 'published'>): PathHandler {
  return ({ method }, res, { headers }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      const message = 'The JWK Set is read-only: use GET or HEAD.';
      return sendError(res, { status: 405, code: 'BAD_REQUEST', message }, { ...headers, allow: 'GET, HEAD' });
    }
    sendText(res, 200, JSON.stringify(keys.published()), {
      ...headers,
      'content-type': contentType,
      'cache-control': cacheControl,
    });
  };
}
