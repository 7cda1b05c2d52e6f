import { type ErrorDetailsByCode, errorDetailKeys } from './generated/error-details.ts';

/** Details by code. UNKNOWN stands for a code that this version of the client does not know, with its extensions. */
export interface ErrorDetails extends ErrorDetailsByCode {
  UNKNOWN: { extensions: Record<string, unknown> };
}

export type ErrorCode = keyof ErrorDetails;

/** An error of the API. `switch (error.code)` narrows to the details of that code. */
export type ApiError<Code extends ErrorCode = ErrorCode> = {
  [Each in Code]: BaseApiError & { code: Each } & ErrorDetails[Each];
}[Code];

/** An element of `errors` in a GraphQL response. */
export interface FormattedError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

class BaseApiError extends Error {
  override readonly name = 'ApiError';
  /** Path of the field that failed. */
  readonly path: readonly (string | number)[];
  /** All errors of the same response, including this one. */
  errors: readonly ApiError[] = [];
  /** The response's `data`: the results of fields that did not fail. */
  data: unknown;

  constructor({ message, path = [] }: FormattedError) {
    super(message);
    this.path = path;
  }
}

/** True if `error` is an error of the API, with one of the codes if any are passed. */
export function isApiError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: Code[]
): error is ApiError<Code> {
  return error instanceof BaseApiError && (codes.length === 0 || codes.some((code) => code === codeOf(error)));
}

const codeOf = (error: BaseApiError) => ('code' in error ? error.code : undefined);

/** Returns the first error of a response; its `errors` holds all of them. */
export function toApiError(formatted: readonly [FormattedError, ...FormattedError[]], data: unknown): ApiError {
  const [first, ...others] = formatted;
  const error = toSingle(first);
  const errors = [error, ...others.map(toSingle)];
  for (const each of errors) Object.assign(each, { errors, data });
  return error;
}

function toSingle(formatted: FormattedError): ApiError {
  const { code, ...extensions } = formatted.extensions ?? {};
  const [, keys] = Object.entries(errorDetailKeys).find(([name]) => name === code) ?? [];
  const details = keys
    ? { code, ...Object.fromEntries(keys.filter((key) => key in extensions).map((key) => [key, extensions[key]])) }
    : { code: 'UNKNOWN', extensions: { ...extensions, code } };
  return Object.assign(new BaseApiError(formatted), details) as ApiError;
}

/** No response: the server is unreachable or took too long. The server may have executed the operation nevertheless. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** The browser may have withheld the response, because the server does not allow the origin of the page (CORS). */
  readonly mayBeCors: boolean;

  constructor(message: string, { mayBeCors = false, ...options }: ErrorOptions & { mayBeCors?: boolean } = {}) {
    super(message, options);
    this.mayBeCors = mayBeCors;
  }
}

/** The response is not one of a GraphQL server; it may come from a proxy, for example. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** The HTTP status. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
