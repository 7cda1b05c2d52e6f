import { ApiError } from '../../platform/api-error.ts';
import type { ErrorExtensions } from '../../schema/error-codes.ts';

/** Also of a name that nobody has. */
export function invalidCredentials(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'INVALID_CREDENTIALS' }, 'The username or the password is wrong.');
}

/** Of somebody who is logged in, and is asked for the password once more. */
export function wrongPassword(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'INVALID_CREDENTIALS' }, 'The password is wrong.');
}

/** Unknown, expired, ended or already used: which is never said. */
export function invalidRefreshToken(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>(
    { code: 'INVALID_REFRESH_TOKEN' },
    'The refresh token does not hold any more: log in again.',
  );
}

/** Also of a session that is somebody else's. */
export function sessionNotFound(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'NOT_FOUND' }, 'There is no such session: it may have ended already.');
}
