import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';

type AccountError = ApiError<ErrorExtensions>;

const apiError = (extensions: ErrorExtensions, message: string): AccountError =>
  new ApiError<ErrorExtensions>(extensions, message);

/** Thrown for a wrong password and for an unknown username alike. */
export function invalidCredentials(): AccountError {
  return apiError({ code: 'INVALID_CREDENTIALS' }, 'The username or the password is wrong.');
}

/** Thrown if a logged-in user confirms a change with a wrong password. */
export function wrongPassword(): AccountError {
  return apiError({ code: 'INVALID_CREDENTIALS' }, 'The password is wrong.');
}

export function usernameTaken(): AccountError {
  const message = 'This username is taken, or looks like one that is: choose another.';
  return apiError({ code: 'USERNAME_TAKEN' }, message);
}
