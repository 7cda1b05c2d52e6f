import { expect, test } from 'vitest';
import { ApiError, throwIfInvalid } from './api-error.ts';

test('throwIfInvalid throws all problems together, with each field in the message', () => {
  const problems = [
    { field: 'title', message: 'A title has at most 200 characters.' },
    { field: 'image.data', message: 'The data is not base64.' },
  ];
  expect(() => throwIfInvalid(problems)).toThrow(
    expect.objectContaining({
      name: 'ApiError',
      message: 'title: A title has at most 200 characters. image.data: The data is not base64.',
      extensions: { code: 'BAD_USER_INPUT', problems },
    }),
  );
});

test('throwIfInvalid does nothing without problems', () => {
  expect(throwIfInvalid([])).toBeUndefined();
});

test('ApiError keeps its cause for the log', () => {
  const cause = new Error('SQLITE_BUSY');
  expect(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.', { cause }).cause).toBe(cause);
});
