import { inspect } from 'node:util';
import { errorCode } from './startup-error.ts';

/** Limits of what is printed: an error may have any number of causes, and any value can be thrown. */
const maxErrors = 20;
const maxLength = 2_000;

/**
 * Describes a thrown value for the log: stacks and codes of an error and its causes, without other properties, which may
 * hold what a user sent. Values that are no errors are shown in part. Never throws, whatever the value.
 */
export function describeError(thrown: unknown): string {
  try {
    // A set also ends a chain of causes that leads back to itself; iteration includes what is added.
    const errors = new Set([thrown]);
    for (const error of errors) {
      for (const cause of causesOf(error)) if (errors.size < maxErrors) errors.add(cause);
    }
    return [...errors].map(describeOne).join('\nCaused by: ');
  } catch {
    return 'An error that cannot be described: one of its properties throws.';
  }
}

function causesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const cause = error.cause === undefined ? [] : [error.cause];
  return error instanceof AggregateError ? [...cause, ...error.errors] : cause;
}

function describeOne(error: unknown): string {
  if (typeof error === 'string') return error.slice(0, maxLength);
  if (!(error instanceof Error)) {
    const bounds = { depth: 1, maxArrayLength: 10, maxStringLength: 200, customInspect: false };
    return inspect(error, bounds).slice(0, maxLength);
  }
  const code = errorCode(error);
  return code === undefined ? String(error.stack) : `${error.stack}\n    code: ${code.slice(0, 100)}`;
}
