import type { AnswerPath } from '../../../platform/graphql/http-handler.ts';
import { sendError, sendText } from '../../../platform/http/json-body.ts';
import type { SigningKeys } from './signing-keys.ts';

/** RFC 7517, section 8.5.2. */
const type = 'application/jwk-set+json';

/**
 * Shorter than a new key is published before it signs: a cache on the way delays nobody beyond that. Every other answer of
 * a subgraph is `no-store`.
 */
const caching = 'public, max-age=60';

/** Answers with the keys that tokens are verified with. */
export function createJwksPath(keys: Pick<SigningKeys, 'published'>): AnswerPath {
  return ({ method }, res, { headers }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      const message = 'The keys can be read: GET or HEAD.';
      return sendError(res, { status: 405, code: 'BAD_REQUEST', message }, { ...headers, allow: 'GET, HEAD' });
    }
    sendText(res, 200, JSON.stringify(keys.published()), {
      ...headers,
      'content-type': type,
      'cache-control': caching,
    });
  };
}
