// Made by `npm run codegen`: change what it is made of, not this file.

/** One invalid field of an input. `field` is its path in the input, such as `image.data`. */
export interface ValidationIssue {
  field: string;
  message: string;
}

/** The closed list of error codes, each with what its error holds beside `code` and `message`. */
export interface ErrorDetailsByCode {
  /** No access token, or one that is expired or invalid. */
  UNAUTHENTICATED: { reason: 'MISSING' | 'EXPIRED' | 'INVALID' };
  /** A valid access token without the required permission. */
  FORBIDDEN: Record<never, never>;
  /** Input of the wrong type (no `problems`), or of the right type with an invalid value (`problems` lists them all). */
  BAD_USER_INPUT: { problems?: ValidationIssue[] };
  /** Wrong username or password; the error does not say which. */
  INVALID_CREDENTIALS: Record<never, never>;
  /** A refresh token that is unknown, expired, revoked or already used. */
  INVALID_REFRESH_TOKEN: Record<never, never>;
  /** Too many failed log-ins or registrations from the same IP address. */
  RATE_LIMITED: { retryAfterSeconds: number };
  /** Another account has this username, in any case, or one that looks the same in another script. */
  USERNAME_TAKEN: Record<never, never>;
  /** No such resource or session, or one that belongs to another account. */
  NOT_FOUND: Record<never, never>;
  /** The resource has another version than `expectedVersion`, another change of it is in progress, or an `idempotencyKey` was used with different input. */
  CONFLICT: { reason: 'VERSION_PASSED'; currentVersion: number } | { reason: 'IN_PROGRESS' | 'KEY_REUSED' };
  /** An image of over 383,970 bytes (before base64), the limit of the image service. */
  IMAGE_TOO_LARGE: { maxBytes: number };
  /** Not a complete GIF, JPEG or PNG of at most 40 megapixels, not base64, or not of the declared `contentType`. */
  UNSUPPORTED_IMAGE: Record<never, never>;
  /** The image service is down, slow or answers with an error: try again. */
  IMAGE_SERVICE_UNAVAILABLE: Record<never, never>;
  /** A part of the system is down, slow or overloaded: try again. */
  SERVICE_UNAVAILABLE: Record<never, never>;
  /** A request body of over 1 MiB; HTTP 413. */
  PAYLOAD_TOO_LARGE: { maxBytes: number };
  /** A bug; its details are only in the log, under `requestId` (also in the header `x-request-id`). */
  INTERNAL_SERVER_ERROR: { requestId?: string };
  /** Not a valid GraphQL-over-HTTP request. */
  BAD_REQUEST: Record<never, never>;
  /** A document with a syntax error. */
  GRAPHQL_PARSE_FAILED: Record<never, never>;
  /** A document that is not valid against the schema. */
  GRAPHQL_VALIDATION_FAILED: Record<never, never>;
  /** No operation of the document matches `operationName`. */
  OPERATION_RESOLUTION_FAILURE: Record<never, never>;
  /** The hash of a persisted query that the server does not have: send the query too. */
  PERSISTED_QUERY_NOT_FOUND: Record<never, never>;
  /** A persisted query, which this server does not support. */
  PERSISTED_QUERY_NOT_SUPPORTED: Record<never, never>;
}

/** The names of those details. */
export const errorDetailKeys: Record<keyof ErrorDetailsByCode, readonly string[]> = {
  UNAUTHENTICATED: ['reason'],
  FORBIDDEN: [],
  BAD_USER_INPUT: ['problems'],
  INVALID_CREDENTIALS: [],
  INVALID_REFRESH_TOKEN: [],
  RATE_LIMITED: ['retryAfterSeconds'],
  USERNAME_TAKEN: [],
  NOT_FOUND: [],
  CONFLICT: ['reason', 'currentVersion'],
  IMAGE_TOO_LARGE: ['maxBytes'],
  UNSUPPORTED_IMAGE: [],
  IMAGE_SERVICE_UNAVAILABLE: [],
  SERVICE_UNAVAILABLE: [],
  PAYLOAD_TOO_LARGE: ['maxBytes'],
  INTERNAL_SERVER_ERROR: ['requestId'],
  BAD_REQUEST: [],
  GRAPHQL_PARSE_FAILED: [],
  GRAPHQL_VALIDATION_FAILED: [],
  OPERATION_RESOLUTION_FAILURE: [],
  PERSISTED_QUERY_NOT_FOUND: [],
  PERSISTED_QUERY_NOT_SUPPORTED: [],
};
