import type { GraphQLFormattedError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { apiErrorCodes, publicErrors } from '../../schema/error-codes.ts';
import { createErrorFormatter, isApiErrorCode } from './error-formatting.ts';

const formatError = createErrorFormatter(publicErrors);

const masked = { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
const everyKey = {
  reason: 'EXPIRED',
  problems: [{ field: 'title', message: 'It is too long.' }],
  currentVersion: 3,
  maxBytes: 1000,
  requestId: 'request-1',
  stacktrace: ['at /srv/app/users.ts:7'],
  serviceName: 'auth',
  http: { status: 418 },
  exception: { sql: 'SELECT' },
};

describe('an error without a public code is masked', () => {
  test.each([
    undefined,
    null,
    42,
    '',
    'INTERNAL_SERVER_ERROR',
    'SQLITE_BUSY',
    'DOWNSTREAM_SERVICE_ERROR',
    'unauthenticated',
    'toString',
    'constructor',
    '__proto__',
    ['NOT_FOUND'],
  ])('%j', (code) => {
    const { requestId: _, ...extensions } = { ...everyKey, code };
    expect(formatError({ message: 'no such table: users', extensions })).toEqual(masked);
  });

  test('without any code', () => {
    expect(formatError({ message: 'no such table: users' })).toEqual(masked);
  });
});

test('a masked error keeps its path, locations and request id', () => {
  const place = { path: ['me', 0], locations: [{ line: 1, column: 3 }] };
  const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1', stacktrace: ['at /srv'] };
  expect(formatError({ message: 'no such table: users', ...place, extensions })).toEqual({
    message: masked.message,
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' },
  });
});

describe('an API error keeps its code and the extensions of that code', () => {
  const { reason, problems, currentVersion, maxBytes } = everyKey;
  const belongs: Record<string, Record<string, unknown>> = {
    UNAUTHENTICATED: { reason },
    BAD_USER_INPUT: { problems },
    CONFLICT: { reason, currentVersion },
    IMAGE_TOO_LARGE: { maxBytes },
    PAYLOAD_TOO_LARGE: { maxBytes },
    RESPONSE_TOO_LARGE: { maxBytes },
  };

  test.each(apiErrorCodes)('%s', (code) => {
    const formatted = formatError({ message: 'Because.', path: ['me'], extensions: { ...everyKey, code } });
    expect(formatted).toEqual({ message: 'Because.', path: ['me'], extensions: { code, ...belongs[code] } });
  });
});

test.each(['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'PERSISTED_QUERY_NOT_FOUND'])(
  'an error of GraphQL with the code %s keeps only message and code',
  (code) => {
    const formatted = formatError({ message: 'Syntax Error', extensions: { ...everyKey, code } });
    expect(formatted).toEqual({ message: 'Syntax Error', extensions: { code } });
  },
);

test('a message is cut after 500 characters', () => {
  const messageOf = (message: string) => formatError({ message, extensions: { code: 'BAD_USER_INPUT' } }).message;
  expect(messageOf('x'.repeat(500))).toBe('x'.repeat(500));
  expect(messageOf('x'.repeat(1_000_000))).toBe(`${'x'.repeat(500)}…`);
});

test('the input is not modified', () => {
  const extensions = Object.freeze({ code: 'NOT_FOUND', stacktrace: Object.freeze(['at /srv']) });
  const error: GraphQLFormattedError = Object.freeze({ message: 'No.', extensions });
  expect(formatError(error)).toEqual({ message: 'No.', extensions: { code: 'NOT_FOUND' } });
});

test.each([undefined, null, 5, 'toString', 'hasOwnProperty', 'INTERNAL_SERVER_ERROR'])(
  '%j is no code of the API',
  (code) => {
    expect(isApiErrorCode(publicErrors, code)).toBe(false);
  },
);
