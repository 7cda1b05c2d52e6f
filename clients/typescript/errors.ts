import { type ErrorDetailsByCode, errorDetailKeys } from './generated/error-details.ts';

/** Details by code. UNKNOWN stands for a code that this version of the client does not know, with its extensions. */
export interface ErrorDetails extends ErrorDetailsByCode {
  UNKNOWN: { extensions: Record<string, unknown> };
}

export type ErrorCode = keyof ErrorDetails;

/** An error of the API. `switch (error.code)` narrows to the details of that code. */
export type ApiError<Code extends ErrorCode = ErrorCode> = {
  [Each in Code]: Refused & { code: Each } & ErrorDetails[Each];
}[Code];

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
  const known = Object.entries(errorDetailKeys).find(([name]) => name === code);
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
