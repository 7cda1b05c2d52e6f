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

export const tooManyBytes = (max: number) =>
  overLimit(
    'MAX_TOKENS_LIMIT',
    max,
    `The document is over ${max} bytes without the contents of its strings: send a shorter one, or several.`,
  );

export const tooManyTokens = (max: number) =>
  overLimit('MAX_TOKENS_LIMIT', max, `The document has over ${max} tokens: select less at once.`);

export const fieldsTooDeep = (max: number) =>
  overLimit(
    'MAX_DEPTH_LIMIT',
    max,
    `The operation selects over ${max} levels of fields: ask for what is deeper in another operation.`,
  );

export const introspectionTooDeep = (max: number) =>
  overLimit(
    'MAX_DEPTH_LIMIT',
    max,
    `The introspection selects over ${max} levels of fields: select fewer levels of ofType.`,
  );

export const introspectionListsTooDeep = (max: number) =>
  overLimit(
    'MAX_DEPTH_LIMIT',
    max,
    `The introspection selects over ${max} lists of a type in each other: ask for what is deeper by __type(name:).`,
  );

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
