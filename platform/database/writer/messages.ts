import { DatabaseUnavailableError } from '../database-unavailable-error.ts';
import { isUnavailable } from '../sqlite-errors.ts';

export interface Job {
  id: number;
  name: string;
  args: unknown[];
  /** In the time of `monotonicMs`. */
  deadline: number;
}

/** Sent to the writer thread. */
export type Request = Job | { id: number; checksHealth: true } | { closes: true };

/**
 * Sent back in lists, the first of which is empty and says that the thread has started. An error's class does not survive
 * postMessage, so it is described.
 */
export type Reply = { id: number } & ({ result: unknown } | { error: DescribedError });

export interface DescribedError {
  isUnavailable: boolean;
  message: string;
  stack: string | undefined;
  /** SQLite's code, if it is an error of the driver. */
  code: string | undefined;
}

/** A clock that all threads of the process share, and that is never set. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export function describe(error: unknown): DescribedError {
  const isDatabase = error instanceof DatabaseUnavailableError;
  const cause = isDatabase ? error.cause : error;
  const { message, stack, code } = (cause instanceof Error ? cause : new Error(String(cause))) as NodeJS.ErrnoException;
  return { isUnavailable: isDatabase || isUnavailable(cause), message, stack, code };
}

/** Recreates an error in the thread that asked. */
export function toError({ isUnavailable: isDatabase, message, stack, code }: DescribedError): Error {
  const cause = Object.assign(new Error(message), { stack, ...(code !== undefined && { code }) });
  return isDatabase ? new DatabaseUnavailableError(cause) : cause;
}
