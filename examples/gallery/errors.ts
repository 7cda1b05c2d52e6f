import { ConnectionError, isApiError } from '../../clients/typescript/index.ts';

const messages: Partial<Record<string, string>> = {
  INVALID_CREDENTIALS: 'The username or the password is wrong.',
  USERNAME_TAKEN: 'This username is taken. Choose another one.',
  UNAUTHENTICATED: 'Your session has ended. Log in again.',
  UNSUPPORTED_IMAGE: 'This file is damaged, or of a kind that cannot be stored. Try it as a JPEG.',
  IMAGE_TOO_LARGE: 'This picture cannot be made small enough to be stored.',
  NOT_FOUND: 'This picture was deleted elsewhere.',
  CONFLICT: 'This picture was changed elsewhere. Look at it, and try again.',
  SERVICE_UNAVAILABLE: 'The server is too busy. Try again in a moment.',
  IMAGE_SERVICE_UNAVAILABLE: 'Pictures cannot be stored or deleted at the moment. Try again in a few minutes.',
};

/** Describes an error to the person who uses the page. */
export function describeError(error: unknown): string {
  if (error instanceof ConnectionError) return unreachable(error);
  if (!isApiError(error)) return error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case 'RATE_LIMITED':
      return `That was too often. Try again in ${error.retryAfterSeconds} seconds.`;
    case 'PAYLOAD_TOO_LARGE':
      return `This file is too large. Choose one of at most ${formatBytes(error.maxBytes)}.`;
    default:
      return messages[error.code] ?? error.message;
  }
}

/** Tells if another attempt with the same file may succeed. */
export const mayPassLater = (error: unknown) =>
  !isApiError(error, 'UNSUPPORTED_IMAGE', 'IMAGE_TOO_LARGE', 'PAYLOAD_TOO_LARGE', 'BAD_USER_INPUT');

function unreachable(error: ConnectionError): string {
  // For whoever sets the page up; others see the sentence below.
  if (error.mayBeCors) console.warn(error.message);
  return 'The server cannot be reached. Check your connection, and try again.';
}

/** Writes a size as people do: `380 kB`, `4.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
