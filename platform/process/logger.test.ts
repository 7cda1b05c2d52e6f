import { expect, test } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';

function logged(err: unknown) {
  const { log, lines } = captureLog();
  log.error({ err }, 'bug');
  return lines[0]?.err;
}

test('an error is logged with the messages of its causes, as one text', () => {
  const removed = new Error('users.sqlite was removed: restore it.');
  const error = new Error('Please try again.', { cause: new Error('The database is away', { cause: removed }) });
  expect(logged(error)).toMatchObject({
    message: 'Please try again: The database is away: users.sqlite was removed: restore it.',
    stack: expect.stringMatching(/^Error: Please try again\.\n.*caused by: .*caused by: /s),
  });
});

test.each(['a text.: and another', null, 7, { message: 'no error.: at all' }])(
  '%j, which is no error, is logged as it is',
  (thrown) => {
    const isObject = typeof thrown === 'object' && thrown !== null;
    expect(logged(thrown)).toEqual(isObject ? expect.objectContaining(thrown) : thrown);
  },
);

test('an error that is its own cause is logged', () => {
  const error = new Error('round.');
  error.cause = error;
  expect(logged(error)).toMatchObject({ message: 'round: round: ...' });
});
