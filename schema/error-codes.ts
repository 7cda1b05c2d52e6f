/**
 * The closed list of error codes: the one source for the servers, the TypeScript client (by codegen) and docs/api.md.
 * A code and its extension keys are part of the API and never change; `when` is documentation.
 */

/** Size of the largest image that the image service takes, in bytes before base64. */
export const maxImageBytes = 383_970;

/** One invalid field of an input. `field` is its path in the input, such as `image.data`. */
export interface ValidationIssue {
  field: string;
  message: string;
}

/** Types that an extension may have; an array lists the strings that it may be. */
interface ExtensionTypes {
  number: number;
  string: string;
  'ValidationIssue[]': ValidationIssue[];
}

/** The keys of `extensions` other than `code`, with their types. A key that ends in `?` is optional. */
type Shape = Readonly<Record<string, keyof ExtensionTypes | readonly string[]>>;

export interface ErrorCode {
  /** Markdown: when a client gets this code. */
  when: string;
  /** The alternative shapes of `extensions`; only `code` by default. */
  extensions?: readonly Shape[];
}

/** Extensions of a limit of documents: the largest value that is accepted. */
const max = [{ max: 'number' }] as const;

/** The API's own codes. They come with HTTP 200, except where `when` says otherwise. */
export const apiErrors = {
  UNAUTHENTICATED: {
    when: 'no access token, or one that is expired or invalid',
    extensions: [{ reason: ['MISSING', 'EXPIRED', 'INVALID'] }],
  },
  FORBIDDEN: { when: 'a valid access token without the required permission' },
  BAD_USER_INPUT: {
    when: 'input of the wrong type (no `problems`), or of the right type with an invalid value (`problems` lists them all)',
    extensions: [{ 'problems?': 'ValidationIssue[]' }],
  },
  INVALID_CREDENTIALS: { when: 'wrong username or password; the error does not say which' },
  INVALID_REFRESH_TOKEN: { when: 'a refresh token that is unknown, expired, revoked or already used' },
  RATE_LIMITED: {
    when: 'too many failed log-ins, registrations or invalid personal access tokens from the same IP address; with HTTP 429, a budget of query costs that is used up',
    extensions: [{ retryAfterSeconds: 'number' }],
  },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    when: 'an operation whose estimated cost is over the limit; HTTP 400, and nothing was executed',
    extensions: [{ cost: 'number', maxCost: 'number' }],
  },
  RESPONSE_TOO_LARGE: {
    when: 'a response that would be over its limit; HTTP 200, and `data` is null. A mutation was executed',
    extensions: [{ maxBytes: 'number' }],
  },
  USERNAME_TAKEN: {
    when: 'another account has this username, in any case, or one that looks the same',
  },
  NOT_FOUND: { when: 'no such resource or session, or one that belongs to another account' },
  CONFLICT: {
    when: 'the resource has another version than `expectedVersion`, another change of it is in progress, or an `idempotencyKey` was used with different input',
    extensions: [{ reason: ['VERSION_PASSED'], currentVersion: 'number' }, { reason: ['IN_PROGRESS', 'KEY_REUSED'] }],
  },
  IMAGE_TOO_LARGE: {
    when: `an image of over ${maxImageBytes.toLocaleString('en')} bytes (before base64, without its metadata unless it keeps them), the limit of the image service`,
    extensions: [{ maxBytes: 'number' }],
  },
  QUERY_NOT_IN_SAFELIST: {
    when: 'a document that is not trusted, where only trusted documents run; HTTP 400, and nothing was executed',
  },
  UNSUPPORTED_IMAGE: {
    when: 'not a complete GIF, JPEG or PNG (with `fit`, WebP, AVIF, TIFF or HEIC), over a limit of sides, pixels, rows, scans or memory, which the message names and docs/clients.md lists, not base64, or not of the declared `contentType`',
  },
  IMAGE_SERVICE_UNAVAILABLE: { when: 'the image service is down, slow or failing: try again' },
  SERVICE_UNAVAILABLE: { when: 'a part of the system is down, slow or overloaded: try again' },
  PAYLOAD_TOO_LARGE: {
    when: 'a request body of over 1 MiB without an access token, or over the limit of uploads with one; HTTP 413. With one that is expired or invalid, a body of over 1 MiB is UNAUTHENTICATED; HTTP 401. `maxImageBytes` is the size of the largest image',
    extensions: [{ maxBytes: 'number', 'maxImageBytes?': 'number' }],
  },
  MAX_TOKENS_LIMIT: {
    when: 'a document of too many tokens, or of too many bytes without the contents of its strings; HTTP 400',
    extensions: max,
  },
  MAX_DEPTH_LIMIT: { when: 'an operation whose fields nest too deep; HTTP 400', extensions: max },
  MAX_ALIASES_LIMIT: { when: 'an operation with too many aliases; HTTP 400', extensions: max },
  MAX_ROOT_FIELDS_LIMIT: { when: 'an operation with too many root fields; HTTP 400', extensions: max },
  MAX_DIRECTIVES_LIMIT: {
    when: 'a document with too many directives at one of its elements; HTTP 400',
    extensions: max,
  },
} as const satisfies Record<string, ErrorCode>;

/** The code of a bug: logged in full on the server, masked for clients. */
export const internalError = {
  INTERNAL_SERVER_ERROR: {
    when: 'a bug; its details are only in the log, under `requestId` (also in the header `x-request-id`)',
    extensions: [{ 'requestId?': 'string' }],
  },
} as const satisfies Record<string, ErrorCode>;

/** GraphQL's and Apollo Server's own codes for requests that are never executed. They carry only a message. */
export const graphqlErrors = {
  BAD_REQUEST: { when: 'not a valid GraphQL-over-HTTP request, or GraphQL multipart request' },
  GRAPHQL_PARSE_FAILED: { when: 'a document with a syntax error' },
  GRAPHQL_VALIDATION_FAILED: { when: 'a document that is not valid against the schema' },
  OPERATION_RESOLUTION_FAILURE: { when: 'no operation of the document matches `operationName`' },
  PERSISTED_QUERY_NOT_FOUND: {
    when: 'the hash of a persisted query that the server does not have: send the query too',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: { when: 'a persisted query, which this server does not support' },
} as const satisfies Record<string, ErrorCode>;

type ApiErrors = typeof apiErrors;
export type ApiErrorCode = keyof ApiErrors;
export const apiErrorCodes: readonly string[] = Object.keys(apiErrors);

type TypeOf<T> = T extends keyof ExtensionTypes
  ? ExtensionTypes[T]
  : T extends readonly (infer Value)[]
    ? Value
    : never;
type ShapeOf<S> = {
  [Key in keyof S as Key extends `${string}?` ? never : Key]: TypeOf<S[Key]>;
} & { [Key in keyof S as Key extends `${infer Name}?` ? Name : never]?: TypeOf<S[Key]> };
type ExtensionsOf<Definition> = Definition extends { extensions: readonly (infer S)[] }
  ? S extends unknown
    ? ShapeOf<S>
    : never
  : unknown;

/** `errors[].extensions` of every error that a rule may throw. */
export type ErrorExtensions = { [Code in ApiErrorCode]: { code: Code } & ExtensionsOf<ApiErrors[Code]> }[ApiErrorCode];

const keysOf = ({ extensions = [] }: ErrorCode): string[] => [
  ...new Set(extensions.flatMap((shape) => Object.keys(shape).map((key) => key.replace(/\?$/, '')))),
];

/** Everything that a server may show to clients of an error; platform/graphql masks the rest. */
export const publicErrors = {
  /** Extension keys by the API's code. */
  extensionKeys: Object.fromEntries(Object.entries(apiErrors).map(([code, each]) => [code, keysOf(each)])),
  graphqlCodes: Object.keys(graphqlErrors),
};
