import { expect, expectTypeOf, test } from 'vitest';
import { apiErrorCodes } from '../../schema/error-codes.ts';
import { type ApiError, isApiError, toApiError } from './errors.ts';

const errorWith = (extensions?: Record<string, unknown>) =>
  toApiError([{ message: 'No.', path: ['field'], ...(extensions && { extensions }) }], { field: null });

test.each([...apiErrorCodes, 'INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST'])(
  'recognises %s',
  (code) => {
    expect(errorWith({ code })).toMatchObject({ code, message: 'No.', path: ['field'], data: { field: null } });
  },
);

test('copies the details of a code, and no other extensions', () => {
  const problems = [{ field: 'title', message: 'Too long.' }];
  expect(errorWith({ code: 'BAD_USER_INPUT', problems, stack: 'secret' })).toMatchObject({ problems });
  expect(errorWith({ code: 'BAD_USER_INPUT', problems, stack: 'secret' }).stack).not.toBe('secret');
  expect(errorWith({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion: 4 })).toMatchObject({
    currentVersion: 4,
  });
});

test('an unknown code becomes UNKNOWN, with the extensions', () => {
  expect(errorWith({ code: 'NEW', more: 1 })).toMatchObject({ code: 'UNKNOWN', extensions: { code: 'NEW', more: 1 } });
  expect(errorWith({ code: 'constructor' })).toMatchObject({ code: 'UNKNOWN' });
  expect(errorWith()).toMatchObject({ code: 'UNKNOWN', extensions: { code: undefined } });
});

test('every error lists all errors of the response', () => {
  const error = toApiError([{ message: 'One' }, { message: 'Two', extensions: { code: 'NOT_FOUND' } }], null);
  expect(error.errors.map(({ code, message }) => [code, message])).toEqual([
    ['UNKNOWN', 'One'],
    ['NOT_FOUND', 'Two'],
  ]);
  expect(error.errors[1]?.errors).toBe(error.errors);
});

test('isApiError recognises API errors, and their codes', () => {
  const error: unknown = errorWith({ code: 'RATE_LIMITED', retryAfterSeconds: 60 });
  expect([isApiError(error), isApiError(error, 'NOT_FOUND', 'RATE_LIMITED'), isApiError(error, 'NOT_FOUND')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([isApiError(new Error('No.')), isApiError({ code: 'NOT_FOUND' }), isApiError(undefined)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('types narrow to the details of a code', () => {
  expectTypeOf<ApiError<'RATE_LIMITED'>['retryAfterSeconds']>().toEqualTypeOf<number>();
  expectTypeOf<ApiError<'UNAUTHENTICATED'>['reason']>().toEqualTypeOf<'MISSING' | 'EXPIRED' | 'INVALID'>();
  expectTypeOf<ApiError<'IMAGE_TOO_LARGE'>['maxBytes']>().toEqualTypeOf<number>();
  const detailOf = (error: ApiError) => {
    if (error.code === 'CONFLICT' && error.reason === 'VERSION_PASSED') return error.currentVersion;
    return error.code === 'BAD_USER_INPUT' ? error.problems?.length : undefined;
  };
  expectTypeOf(detailOf).returns.toEqualTypeOf<number | undefined>();
});
