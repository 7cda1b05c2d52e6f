/** Why a process cannot start, as one line for the person who started it: what is wrong, and how to mend it. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The `code` of an error of Node's or a driver's, as EADDRINUSE. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
