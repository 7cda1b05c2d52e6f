import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { withoutSuggestion } from './introspection-off.ts';
import { redactErrorValues } from './redact-error-values.ts';

/** The errors that clients may see, which every process applies to each of its errors; all others are masked. */
export interface PublicErrors {
  /** The API's codes, each with the keys of `extensions` that clients may see. */
  extensionKeys: Readonly<Record<string, readonly string[]>>;
  /** Codes of requests that GraphQL or Apollo Server does not execute; they carry only their message. */
  graphqlCodes: readonly string[];
  /** Messages of GraphQL suggest no other names of the schema. */
  hidesSuggestions?: boolean;
}

/** The message of every bug; the response also holds the request id. */
export const maskedMessage = 'Something went wrong on our side.';

/** Limit of a message, in UTF-16 units: it may repeat names of any length that a client sent. */
const maxMessageLength = 500;

export type FormatError = (formatted: GraphQLFormattedError, error?: unknown) => GraphQLFormattedError;

/**
 * Creates the formatter for errors that leave the process: public codes keep the keys allowed for them, everything else is
 * masked. `error` is the original of the formatted one.
 */
export function createErrorFormatter(publicErrors: PublicErrors): FormatError {
  return ({ message, path, locations, extensions = {} }, error) => {
    const place = { ...(locations && { locations }), ...(path && { path }) };
    if (!publicKeys(publicErrors, extensions.code)) {
      return { message: maskedMessage, ...place, extensions: maskedExtensions(extensions) };
    }
    const isOfGraphql = isGraphqlError(publicErrors, extensions);
    const redacted = isOfGraphql ? redactErrorValues(message, reasonOf(error)) : message;
    const shown = isOfGraphql && publicErrors.hidesSuggestions ? withoutSuggestion(redacted) : redacted;
    const cut = shown.length > maxMessageLength ? `${shown.slice(0, maxMessageLength)}…` : shown;
    return { message: cut, ...place, extensions: pickPublic(publicErrors, extensions) };
  };
}

/** True if GraphQL itself rejected a document or its variables. The rules' own BAD_USER_INPUT has `problems`. */
function isGraphqlError({ graphqlCodes }: PublicErrors, { code, problems }: Record<string, unknown>): boolean {
  return code === 'BAD_USER_INPUT' ? problems === undefined : graphqlCodes.includes(String(code));
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof GraphQLError ? error.originalError?.message : undefined;
}

/** True if `code` is one of the API's, which a client sees with its message. */
export function isApiErrorCode({ extensionKeys }: PublicErrors, code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(extensionKeys, code);
}

/** The code, and the keys that a client may see with it. */
export function pickPublic(publicErrors: PublicErrors, extensions: Record<string, unknown>): Record<string, unknown> {
  const keys = ['code', ...(publicKeys(publicErrors, extensions.code) ?? [])];
  return Object.fromEntries(keys.flatMap((key) => (extensions[key] === undefined ? [] : [[key, extensions[key]]])));
}

/** True if a client sees errors with this code; all others are masked. */
export function isPublicCode(publicErrors: PublicErrors, code: unknown): boolean {
  return publicKeys(publicErrors, code) !== undefined;
}

function publicKeys(publicErrors: PublicErrors, code: unknown): readonly string[] | undefined {
  if (isApiErrorCode(publicErrors, code)) return publicErrors.extensionKeys[code];
  return typeof code === 'string' && publicErrors.graphqlCodes.includes(code) ? [] : undefined;
}

function maskedExtensions({ requestId }: Record<string, unknown>): Record<string, unknown> {
  return { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) };
}
