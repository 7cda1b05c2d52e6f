import type { BodyLimit } from '../../platform/http/bodies/body-errors.ts';
import { defaultMaxUploadBytes, maxBodyBytes } from '../../platform/http/bodies/upload-sizes.ts';
import { type ClientInfo, networkOf } from '../../platform/http/client-info.ts';
import { rateLimitedResponse } from '../../platform/http/rate-limiter.ts';
import type { HttpError } from '../../platform/http/responses.ts';
import { maxImageBytes } from '../../schema/error-codes.ts';
import type { Caller, Identity } from '../identity/identity.ts';

export interface BodyLimitSettings {
  /** Limit of the body of a request without a valid access token; that of other requests if omitted. */
  unverifiedBytes?: number | undefined;
  /** Limit of the files of one request, before base64; 16 MiB if omitted. */
  maxUploadBytes?: number | undefined;
}

interface RequestCaller {
  caller: Caller;
  client: () => ClientInfo;
}

/**
 * Creates the function that limits the body of a request by its caller, before the body is read. Verified callers may upload
 * more. Over the smaller limit, a token that is expired, invalid or cannot be verified now is the error, so that clients
 * refresh it or try again.
 */
export function createBodyLimit({
  unverifiedBytes = maxBodyBytes,
  maxUploadBytes = defaultMaxUploadBytes,
}: BodyLimitSettings = {}) {
  const imageHint = `An image may have ${maxImageBytes} bytes, before base64.`;
  const details = { maxImageBytes };
  const tokenHint = `With a valid access token, it may have files of ${maxUploadBytes} bytes. ${imageHint}`;

  const limitOf = (identity: Identity, client: RequestCaller['client']): BodyLimit =>
    'viewer' in identity
      ? { maxBytes: maxBodyBytes, uploader: addressOf(client), hint: imageHint, details }
      : { maxBytes: unverifiedBytes, hint: tokenHint, details, ...errorOf(identity) };

  return ({ caller, client }: RequestCaller): BodyLimit | Promise<BodyLimit> => {
    const identity = caller.identity();
    return identity instanceof Promise ? identity.then((late) => limitOf(late, client)) : limitOf(identity, client);
  };
}

function addressOf(client: RequestCaller['client']): () => string {
  return () => networkOf(client().address);
}

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
