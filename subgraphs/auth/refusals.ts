import { Refusal } from '../../runtime/refusal.ts';

/** Also of a name that nobody has. */
export function invalidCredentials(): Refusal {
  return new Refusal({ code: 'INVALID_CREDENTIALS' }, 'The username or the password is wrong.');
}

/** Of somebody who is logged in, and is asked for the password once more. */
export function wrongPassword(): Refusal {
  return new Refusal({ code: 'INVALID_CREDENTIALS' }, 'The password is wrong.');
}

/** Unknown, expired, ended or already used: which is never said. */
export function invalidRefreshToken(): Refusal {
  return new Refusal({ code: 'INVALID_REFRESH_TOKEN' }, 'The refresh token does not hold any more: log in again.');
}

/** Also of a session that is somebody else's. */
export function sessionNotFound(): Refusal {
  return new Refusal({ code: 'NOT_FOUND' }, 'There is no such session: it may have ended already.');
}
