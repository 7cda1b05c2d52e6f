import { expect, test } from 'vitest';
import { Refusal, refuseProblems } from './refusal.ts';

test('all problems of an input are refused together, and the message names each field', () => {
  const problems = [
    { field: 'title', message: 'A title has at most 200 characters.' },
    { field: 'image.data', message: 'The data is not base64.' },
  ];
  expect(() => refuseProblems(problems)).toThrow(
    expect.objectContaining({
      name: 'Refusal',
      message: 'title: A title has at most 200 characters. image.data: The data is not base64.',
      extensions: { code: 'BAD_USER_INPUT', problems },
    }),
  );
});

test('an input without problems is not refused', () => {
  expect(refuseProblems([])).toBeUndefined();
});

test('a refusal keeps what caused it for the log', () => {
  const cause = new Error('SQLITE_BUSY');
  expect(new Refusal({ code: 'SERVICE_UNAVAILABLE' }, 'Try again.', { cause }).cause).toBe(cause);
});
