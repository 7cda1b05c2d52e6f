import { expect, test } from 'vitest';
import { ApiError, throwIfInvalid } from './api-error.ts';

test('all problems of an input are refused together, and the message names each field', () => {
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

test('an input without problems is not refused', () => {
  expect(throwIfInvalid([])).toBeUndefined();
});

test('a refusal keeps what caused it for the log', () => {
  const cause = new Error('SQLITE_BUSY');
  expect(new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.', { cause }).cause).toBe(cause);
});
