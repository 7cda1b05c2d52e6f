import type { BodyLimit, HttpError } from '../../platform/http/json-body.ts';
import { rateLimitedResponse } from '../../platform/http/rate-limiter.ts';
import type { Caller, Identity } from '../identity/identity.ts';

/** Limit of a body with a valid access token: an image of the largest size in base64, and a second one beside it. */
export const maxBodyBytes = 1024 * 1024;

/** One image of the largest size still reaches GraphQL, which answers UNAUTHENTICATED. */
const defaultUnverifiedBytes = 512 * 1024;

/**
 * Creates the function that limits the body of a request by its caller, before the body is read. Over the smaller limit,
 * a token that is expired, invalid or cannot be verified now is the error, so that clients refresh it or try again.
 */
export function createBodyLimit(unverifiedBytes = defaultUnverifiedBytes) {
  const limitOf = (identity: Identity): BodyLimit =>
    'viewer' in identity ? verified : { maxBytes: unverifiedBytes, ...errorOf(identity) };
  return ({ caller }: { caller: Caller }): BodyLimit | Promise<BodyLimit> => {
    const identity = caller.identity();
    return identity instanceof Promise ? identity.then(limitOf) : limitOf(identity);
  };
}

const verified: BodyLimit = { maxBytes: maxBodyBytes };

/** Without a token, the size alone is the error. */
function errorOf({ error: { message, extensions } }: Exclude<Identity, { viewer: unknown }>): { error?: HttpError } {
  const { code, ...details } = extensions;
  if (extensions.code === 'RATE_LIMITED') return { error: rateLimitedResponse({ message, extensions }) };
  if (extensions.code !== 'UNAUTHENTICATED') return { error: { status: 503, code, message, details } };
  if (extensions.reason === 'MISSING') return {};
  // RFC 6750, section 3.1.
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  return { error: { status: 401, code, message, details, headers } };
}
