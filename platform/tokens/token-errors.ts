import { ApiError } from '../api-error.ts';
import type { TokenErrorReason } from './signed-token.ts';

type Reason = 'MISSING' | 'EXPIRED' | 'INVALID';

/** Creates UNAUTHENTICATED. The message says how to get, or send, a token that is valid. */
export function unauthenticated(reason: Reason, message: string, cause?: unknown): ApiError {
  return new ApiError({ code: 'UNAUTHENTICATED', reason }, message, { cause });
}

/** The error for a request without a token. */
export function missingToken(): ApiError {
  return unauthenticated('MISSING', 'Log in first, and send the access token in the header: Authorization: Bearer …');
}

/** The error for an access token that a verifier rejected. */
export function invalidAccessToken(reason: TokenErrorReason, cause?: unknown): ApiError {
  return unauthenticated(reason === 'EXPIRED' ? 'EXPIRED' : 'INVALID', messages[reason], cause);
}

const messages: Record<TokenErrorReason, string> = {
  EXPIRED: 'The access token has expired: refresh the session, or log in again.',
  MALFORMED:
    'The access token is incomplete, was changed, or is a token of another kind: log in again, and send all of it.',
  UNKNOWN_KEY: 'The access token was issued by another system, or too long ago: log in here again.',
  ISSUER: 'The access token was issued by another system: log in here.',
  AUDIENCE: 'The access token was issued for another system: log in here.',
  NOT_YET_VALID: 'The access token is not valid yet: set the clock of the system that issued it.',
};

/** The error for a token that cannot be an access token, which is a JWT: three parts with dots between them. */
export function noAccessToken(): ApiError {
  const message =
    'The token is no access token: send one that a log-in returned, or a personal access token. A refresh token is sent only to get another access token.';
  return unauthenticated('INVALID', message);
}

/** The error for a personal access token that was not exchanged for an access token. */
export function notExchanged(): ApiError {
  const message = 'Personal access tokens are accepted by the gateway: send the request there.';
  return unauthenticated('INVALID', message);
}

/** The error for an access token whose session has ended, or whose account was deleted. A script's token has scopes. */
export function sessionEnded({ scopes }: { scopes?: readonly string[] } = {}): ApiError {
  return scopes
    ? personalAccessTokenEnded()
    : unauthenticated('INVALID', 'The session of this access token has ended: log in again.');
}

/** The error for a personal access token that is not valid any more, or never was. */
export function personalAccessTokenEnded(): ApiError {
  const message = 'The personal access token was revoked, has expired or is unknown: create another.';
  return unauthenticated('INVALID', message);
}
