/** One fault of an input. `field` is the path in the input, as `image.data`. */
export interface ValidationIssue {
  field: string;
  message: string;
}

/** The closed list of codes, each with what a client is told beside it: `errors[].extensions`. */
export type ApiErrorExtensions =
  | { code: 'UNAUTHENTICATED'; reason: 'MISSING' | 'EXPIRED' | 'INVALID' }
  | { code: 'FORBIDDEN' }
  | { code: 'BAD_USER_INPUT'; problems: ValidationIssue[] }
  | { code: 'INVALID_CREDENTIALS' }
  | { code: 'INVALID_REFRESH_TOKEN' }
  | { code: 'USERNAME_TAKEN' }
  | { code: 'NOT_FOUND' }
  | { code: 'CONFLICT'; reason: 'VERSION_PASSED'; currentVersion: number }
  | { code: 'CONFLICT'; reason: 'KEY_REUSED' | 'IN_PROGRESS' }
  | { code: 'IMAGE_TOO_LARGE'; maxBytes: number }
  | { code: 'UNSUPPORTED_IMAGE' }
  | { code: 'RATE_LIMITED'; retryAfterSeconds: number }
  | { code: 'IMAGE_SERVICE_UNAVAILABLE' }
  | { code: 'SERVICE_UNAVAILABLE' }
  | { code: 'PAYLOAD_TOO_LARGE'; maxBytes: number };

export type ApiErrorCode = ApiErrorExtensions['code'];

/**
 * What a rule throws where it will not do what it was asked. The message is for people, says how to mend it and
 * names nothing of the inside; `cause` is for the log alone. GraphQL takes `extensions` over as they are.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly extensions: ApiErrorExtensions;

  constructor(extensions: ApiErrorExtensions, message: string, options?: ErrorOptions) {
    super(message, options);
    this.extensions = extensions;
  }
}

/** Refuses an input that has problems, all of them together; does nothing where there is none. */
export function throwIfInvalid(problems: readonly ValidationIssue[]): void {
  if (problems.length === 0) return;
  const message = problems.map((problem) => `${problem.field}: ${problem.message}`).join(' ');
  throw new ApiError({ code: 'BAD_USER_INPUT', problems: [...problems] }, message);
}

/** What an access token is refused with whose session has been ended, or whose account is gone. */
export function sessionEnded(): ApiError {
  const message = 'The session of this access token has ended: log in again.';
  return new ApiError({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message);
}
