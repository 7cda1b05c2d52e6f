import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { publicErrors } from '../../schema/error-codes.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createAbortable, type Signal } from '../async/signal.ts';
import { createRespond, type Outcome } from './respond.ts';

/** Responds to an outcome, with the log lines of bugs. */
function respondTo(outcome: Outcome, clientGone: Signal = createAbortable()) {
  const { log, lines } = captureLog();
  const request = { requestId: 'r-1', clientGone, operation: undefined, startedAt: performance.now() };
  const response = createRespond(publicErrors, log)(outcome, request);
  return { ...response, bugs: lines.filter(({ msg }) => msg === 'bug'), lines };
}

const withGetter = (target: object, key: string) =>
  Object.defineProperty(target, key, {
    enumerable: true,
    get: () => {
      throw new Error('from a getter');
    },
  });
const hostile = () => {
  throw new Error('from a trap');
};
const circular = Object.assign(new Error('circular'), { cause: undefined as unknown });
circular.cause = circular;

/** Values that somebody may throw, with what the log must tell of them. */
const thrownValues: [title: string, thrown: unknown, logged: string][] = [
  ['an error', new Error('what went wrong'), 'what went wrong'],
  ['a frozen error', Object.freeze(new Error('frozen')), 'frozen'],
  ['an error with a cause', new Error('outer', { cause: new Error('the inner cause') }), 'the inner cause'],
  ['an error that is its own cause', circular, 'circular'],
  ['an error whose message throws', withGetter(new Error('hidden'), 'message'), 'err'],
  [
    'an error whose extensions throw',
    Object.assign(new Error('coded'), { extensions: withGetter({}, 'code') }),
    'coded',
  ],
  ['an error with another property that throws', withGetter(new Error('still told'), 'details'), 'still told'],
  ['a text', 'only a text', 'only a text'],
  ['a number', 42, '42'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('a symbol'), 'a symbol'],
  ['a frozen object', Object.freeze({ reason: 'frozen reason' }), 'frozen reason'],
  ['an object without a prototype', Object.assign(Object.create(null), { reason: 'bare' }), 'bare'],
  ['an object whose toString throws', { toString: hostile, reason: 'odd' }, 'odd'],
  ['a proxy whose traps throw', new Proxy({}, { get: hostile, getPrototypeOf: hostile, has: hostile }), 'err'],
  ['a function', function thrower() {}, 'thrower'],
];

describe('reports', () => {
  test.each(thrownValues)('%s that was thrown', (_, thrown, logged) => {
    const { status, body, bugs } = respondTo({ thrown });
    expect(status).toBe(500);
    expect(body).toEqual({
      errors: [
        {
          message: 'Something went wrong on our side.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r-1' },
        },
      ],
    });
    expect(bugs).toMatchObject([{ level: 50, requestId: 'r-1' }]);
    expect(JSON.stringify(bugs)).toContain(logged);
  });

  test.each(thrownValues)('%s among the errors of a result, beside another', (_, thrown, logged) => {
    const known = new GraphQLError('No.', { path: ['it'], extensions: { code: 'NOT_FOUND' } });
    const { status, body, bugs } = respondTo({ data: { it: null }, errors: [thrown as GraphQLError, known] });
    expect([status, body.data]).toEqual([200, { it: null }]);
    expect(body.errors?.map(({ extensions }) => extensions?.code)).toEqual(['INTERNAL_SERVER_ERROR', 'NOT_FOUND']);
    expect(JSON.stringify(bugs)).toContain(logged);
  });

  test('the path of an error whose original cannot be read', () => {
    const originalError = withGetter(new Error('inner'), 'details') as Error;
    const error = new GraphQLError('outer', { path: ['a', 0], originalError });
    const { body, bugs } = respondTo({ data: null, errors: [error] });
    expect(body.errors).toMatchObject([{ path: ['a', 0], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(bugs).toMatchObject([{ path: ['a', 0] }]);
  });

  test('a stack overflow as BAD_REQUEST', () => {
    const overflow = () => {
      const recur = (): number => recur() + 1;
      try {
        return recur();
      } catch (error) {
        return error;
      }
    };
    const { status, body } = respondTo({ thrown: overflow() });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('to an operation whose client has gone', () => {
  const reason = new Error('The client has disconnected.');
  const clientGone = createAbortable();
  clientGone.abort(reason);

  test('does not log what stopped because of it', () => {
    const located = new GraphQLError('stopped', { originalError: reason, path: ['a'] });
    for (const outcome of [{ data: { a: null }, errors: [located, located] }, { thrown: reason }])
      expect(respondTo(outcome, clientGone).lines).toMatchObject([{ msg: 'client gone', requestId: 'r-1' }]);
  });

  test('logs bugs all the same', () => {
    const bug = new GraphQLError('bug', { originalError: new Error('a bug'), path: ['a'] });
    const { bugs } = respondTo({ data: { a: null }, errors: [bug] }, clientGone);
    expect(bugs).toMatchObject([{ err: { message: 'a bug' } }]);
  });
});
