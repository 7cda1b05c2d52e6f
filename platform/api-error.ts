/** One invalid field of an input. `field` is its path in the input, such as `address.street`. */
export interface ValidationIssue {
  field: string;
  message: string;
}

type RateLimited = { code: 'RATE_LIMITED'; retryAfterSeconds: number };

/** Extensions of the errors that platform itself throws. A schema adds its own: see schema/error-codes.ts. */
export type PlatformErrorExtensions =
  | { code: 'UNAUTHENTICATED'; reason: 'MISSING' | 'EXPIRED' | 'INVALID' }
  | { code: 'FORBIDDEN' }
  | { code: 'BAD_USER_INPUT'; problems: ValidationIssue[] }
  | RateLimited
  | { code: 'SERVICE_UNAVAILABLE' }
  | { code: 'COST_ESTIMATED_TOO_EXPENSIVE'; cost: number; maxCost: number }
  | { code: 'RESPONSE_TOO_LARGE'; maxBytes: number };

/**
 * An error that clients see, with one of the API's codes; any other error is a bug, and masked. The message says how to
 * fix the request and names no internals; `cause` is only logged. GraphQL copies `extensions` to the response.
 * `new ApiError<ErrorExtensions>(…)` throws a code of a schema's list.
 */
export class ApiError<Extensions extends { code: string } = PlatformErrorExtensions> extends Error {
  override readonly name = 'ApiError';
  readonly extensions: Extensions;

  constructor(extensions: NoInfer<Extensions>, message: string, options?: ErrorOptions) {
    super(message, options);
    this.extensions = extensions;
  }
}

/** Throws one BAD_USER_INPUT with all problems of an input; does nothing when there is none. */
export function throwIfInvalid(problems: readonly ValidationIssue[]): void {
  if (problems.length === 0) return;
  const message = problems.map((problem) => `${problem.field}: ${problem.message}`).join(' ');
  throw new ApiError({ code: 'BAD_USER_INPUT', problems: [...problems] }, message);
}

/** The error for a limit that counts again after some milliseconds. `reason` is the beginning of the message. */
export function rateLimited(reason: string, msBeforeNext: number): ApiError<RateLimited> {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  const message = `${reason}: try again in ${retryAfterSeconds} seconds.`;
  return new ApiError<RateLimited>({ code: 'RATE_LIMITED', retryAfterSeconds }, message);
}
