import { ApiError } from '../../platform/api-error.ts';

/** Also of a name that nobody has. */
export function invalidCredentials(): ApiError {
  return new ApiError({ code: 'INVALID_CREDENTIALS' }, 'The username or the password is wrong.');
}

/** Of somebody who is logged in, and is asked for the password once more. */
export function wrongPassword(): ApiError {
  return new ApiError({ code: 'INVALID_CREDENTIALS' }, 'The password is wrong.');
}

/** Unknown, expired, ended or already used: which is never said. */
export function invalidRefreshToken(): ApiError {
  return new ApiError({ code: 'INVALID_REFRESH_TOKEN' }, 'The refresh token does not hold any more: log in again.');
}

/** Also of a session that is somebody else's. */
export function sessionNotFound(): ApiError {
  return new ApiError({ code: 'NOT_FOUND' }, 'There is no such session: it may have ended already.');
}
