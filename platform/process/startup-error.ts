/** An error that prevents a start. The message is one line for the operator: what is wrong and how to fix it. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** An invalid command line. The process exits with 2. */
export class UsageError extends StartupError {}

/** The reason that Node's parseArgs gives for an invalid command line, without its advice. */
export function explainParseError(error: unknown): string {
  return (error as Error).message.split(/\.\s/)[0] ?? '';
}

/** How to fix an error of the file system at the path of a folder. */
export function folderFix(error: unknown): string {
  const isFile = ['EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '');
  return isFile ? 'it is a file or lies below one; choose a folder' : 'correct its permissions, or choose another';
}

/** The `code` of an error from Node or a driver, such as EADDRINUSE. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
