/** An error that prevents a start. The message is one line for the operator: what is wrong and how to fix it. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The `code` of an error from Node or a driver, such as EADDRINUSE. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
