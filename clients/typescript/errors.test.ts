import { expect, expectTypeOf, test } from 'vitest';
import { apiErrorCodes } from '../../schema/error-codes.ts';
import { type ApiError, isApiError, toApiError } from './errors.ts';

const refused = (extensions?: Record<string, unknown>) =>
  toApiError([{ message: 'No.', path: ['field'], ...(extensions && { extensions }) }], { field: null });

test.each([...apiErrorCodes, 'INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST'])(
  'knows %s',
  (code) => {
    expect(refused({ code })).toMatchObject({ code, message: 'No.', path: ['field'], data: { field: null } });
  },
);

test('what stands beside a code is at hand, and nothing else of extensions', () => {
  const problems = [{ field: 'title', message: 'Too long.' }];
  expect(refused({ code: 'BAD_USER_INPUT', problems, stack: 'secret' })).toMatchObject({ problems });
  expect(refused({ code: 'BAD_USER_INPUT', problems, stack: 'secret' }).stack).not.toBe('secret');
  expect(refused({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion: 4 })).toMatchObject({
    currentVersion: 4,
  });
});

test('a code that nobody has heard of is UNKNOWN, with what came', () => {
  expect(refused({ code: 'NEW', more: 1 })).toMatchObject({ code: 'UNKNOWN', extensions: { code: 'NEW', more: 1 } });
  expect(refused({ code: 'constructor' })).toMatchObject({ code: 'UNKNOWN' });
  expect(refused()).toMatchObject({ code: 'UNKNOWN', extensions: { code: undefined } });
});

test('every error of an answer is known to each of them', () => {
  const error = toApiError([{ message: 'One' }, { message: 'Two', extensions: { code: 'NOT_FOUND' } }], null);
  expect(error.errors.map(({ code, message }) => [code, message])).toEqual([
    ['UNKNOWN', 'One'],
    ['NOT_FOUND', 'Two'],
  ]);
  expect(error.errors[1]?.errors).toBe(error.errors);
});

test('is told apart from all else, by code', () => {
  const error: unknown = refused({ code: 'RATE_LIMITED', retryAfterSeconds: 60 });
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

test('the types say what stands beside which code', () => {
  expectTypeOf<ApiError<'RATE_LIMITED'>['retryAfterSeconds']>().toEqualTypeOf<number>();
  expectTypeOf<ApiError<'UNAUTHENTICATED'>['reason']>().toEqualTypeOf<'MISSING' | 'EXPIRED' | 'INVALID'>();
  expectTypeOf<ApiError<'IMAGE_TOO_LARGE'>['maxBytes']>().toEqualTypeOf<number>();
  const beside = (error: ApiError) => {
    if (error.code === 'CONFLICT' && error.reason === 'VERSION_PASSED') return error.currentVersion;
    return error.code === 'BAD_USER_INPUT' ? error.problems?.length : undefined;
  };
  expectTypeOf(beside).returns.toEqualTypeOf<number | undefined>();
});
