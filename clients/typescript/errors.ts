/** One fault of an input. `field` is the path in the input, as `image.data`. */
export interface ValidationIssue {
  field: string;
  message: string;
}

type Nothing = Record<never, never>;

/** The closed list of codes that the API refuses with, each with what stands beside its message. */
export interface ErrorDetails {
  UNAUTHENTICATED: { reason: 'MISSING' | 'EXPIRED' | 'INVALID' };
  FORBIDDEN: Nothing;
  /** No problems where GraphQL itself refused a value for its type. */
  BAD_USER_INPUT: { problems?: ValidationIssue[] };
  INVALID_CREDENTIALS: Nothing;
  INVALID_REFRESH_TOKEN: Nothing;
  USERNAME_TAKEN: Nothing;
  NOT_FOUND: Nothing;
  CONFLICT: { reason: 'VERSION_PASSED'; currentVersion: number } | { reason: 'KEY_REUSED' | 'IN_PROGRESS' };
  /** Of the image, before base64. */
  IMAGE_TOO_LARGE: { maxBytes: number };
  UNSUPPORTED_IMAGE: Nothing;
  RATE_LIMITED: { retryAfterSeconds: number };
  IMAGE_SERVICE_UNAVAILABLE: Nothing;
  SERVICE_UNAVAILABLE: Nothing;
  /** Of a request's body. */
  PAYLOAD_TOO_LARGE: { maxBytes: number };
  /** What the operator finds the bug by. */
  INTERNAL_SERVER_ERROR: { requestId?: string };
  GRAPHQL_PARSE_FAILED: Nothing;
  GRAPHQL_VALIDATION_FAILED: Nothing;
  OPERATION_RESOLUTION_FAILURE: Nothing;
  PERSISTED_QUERY_NOT_FOUND: Nothing;
  PERSISTED_QUERY_NOT_SUPPORTED: Nothing;
  BAD_REQUEST: Nothing;
  /** A code that this version of the client has not heard of. */
  UNKNOWN: { extensions: Record<string, unknown> };
}

export type ErrorCode = keyof ErrorDetails;

/** What the API refused, by its code: `switch (error.code)` knows what else there is. */
export type ApiError<Code extends ErrorCode = ErrorCode> = {
  [Each in Code]: Refused & { code: Each } & ErrorDetails[Each];
}[Code];

const detailsOf: Record<Exclude<ErrorCode, 'UNKNOWN'>, readonly string[]> = {
  UNAUTHENTICATED: ['reason'],
  FORBIDDEN: [],
  BAD_USER_INPUT: ['problems'],
  INVALID_CREDENTIALS: [],
  INVALID_REFRESH_TOKEN: [],
  USERNAME_TAKEN: [],
  NOT_FOUND: [],
  CONFLICT: ['reason', 'currentVersion'],
  IMAGE_TOO_LARGE: ['maxBytes'],
  UNSUPPORTED_IMAGE: [],
  RATE_LIMITED: ['retryAfterSeconds'],
  IMAGE_SERVICE_UNAVAILABLE: [],
  SERVICE_UNAVAILABLE: [],
  PAYLOAD_TOO_LARGE: ['maxBytes'],
  INTERNAL_SERVER_ERROR: ['requestId'],
  GRAPHQL_PARSE_FAILED: [],
  GRAPHQL_VALIDATION_FAILED: [],
  OPERATION_RESOLUTION_FAILURE: [],
  PERSISTED_QUERY_NOT_FOUND: [],
  PERSISTED_QUERY_NOT_SUPPORTED: [],
  BAD_REQUEST: [],
};

/** An error as it comes over HTTP. */
export interface ShownError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

class Refused extends Error {
  override readonly name = 'ApiError';
  /** Which field of the operation was refused. */
  readonly path: readonly (string | number)[];
  /** All errors of the same answer, this one among them. */
  errors: readonly ApiError[] = [];
  /** What the same answer holds of the rest of the operation. */
  data: unknown;

  constructor({ message, path = [] }: ShownError) {
    super(message);
    this.path = path;
  }
}

/** Whether it is a refusal of the API; of one of the codes, where codes are given. */
export function isApiError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: Code[]
): error is ApiError<Code> {
  return error instanceof Refused && (codes.length === 0 || codes.some((code) => code === codeOf(error)));
}

const codeOf = (error: Refused) => ('code' in error ? error.code : undefined);

/** The first error of an answer, which knows the others. */
export function toApiError(shown: readonly [ShownError, ...ShownError[]], data: unknown): ApiError {
  const [first, ...others] = shown;
  const error = toSingle(first);
  const errors = [error, ...others.map(toSingle)];
  for (const each of errors) Object.assign(each, { errors, data });
  return error;
}

function toSingle(shown: ShownError): ApiError {
  const { code, ...extensions } = shown.extensions ?? {};
  const known = Object.entries(detailsOf).find(([name]) => name === code);
  const details = known
    ? { code, ...Object.fromEntries(known[1].filter((key) => key in extensions).map((key) => [key, extensions[key]])) }
    : { code: 'UNKNOWN', extensions: { ...extensions, code } };
  return Object.assign(new Refused(shown), details) as ApiError;
}

/** No answer came: the server could not be reached, or took too long. What was asked may have been done all the same. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** An answer came that is none of this API's: a proxy's, for example. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** Of HTTP. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
