import { maxNesting } from '../../json.ts';

/** The response to a request over a limit: nothing of it is executed. */
export interface RequestLimitError {
  status: 400;
  code: string;
  message: string;
  details?: { max: number };
}

type LimitCode =
  | 'MAX_TOKENS_LIMIT'
  | 'MAX_DEPTH_LIMIT'
  | 'MAX_ALIASES_LIMIT'
  | 'MAX_ROOT_FIELDS_LIMIT'
  | 'MAX_DIRECTIVES_LIMIT';

/** Reports a limit that has a code of its own. The limit is also in the extension `max`. */
export function overLimit(code: LimitCode, max: number, message: string): RequestLimitError {
  return { status: 400, code, message, details: { max } };
}

/** Reports a limit without a code of its own. */
export function badRequest(message: string): RequestLimitError {
  return { status: 400, code: 'BAD_REQUEST', message };
}

export function nestedTooDeep(what: string, max = maxNesting): string {
  return `The ${what} is nested over ${max} levels deep: send one that is flatter.`;
}

/** Tells V8's error for a call stack that is full. */
export function isStackOverflow(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
