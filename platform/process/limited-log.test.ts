import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createLimitedLog, kindOfError } from './limited-log.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});

const minuteMs = 60_000;

/** A limited log, and what is written between two looks at it. */
function open(level?: Parameters<typeof captureLog>[0], period?: Parameters<typeof createLimitedLog>[1]) {
  const { log, lines } = captureLog(level);
  const limited = createLimitedLog(log, period);
  const writeMany = (count: number, kind = 'a', write = limited.info) => {
    for (let nth = 1; nth <= count; nth += 1) write(kind, { nth }, 'rejected');
  };
  return { limited, writeMany, written: () => lines.splice(0) };
}

describe('of each kind', () => {
  test('twenty lines a minute are written', () => {
    const { writeMany, written } = open();
    writeMany(20);
    expect(written().map(({ nth }) => nth)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    vi.advanceTimersByTime(minuteMs);
    expect(written()).toEqual([]);
    writeMany(20);
    expect(written()).toHaveLength(20);
  });

  test('others are left out, and their number is written when the minute is over', () => {
    const { writeMany, written } = open();
    writeMany(1_000);
    expect(written()).toHaveLength(20);
    vi.advanceTimersByTime(minuteMs - 1);
    expect(written()).toEqual([]);
    vi.advanceTimersByTime(1);
    const summary = { msg: 'lines of the last minute left out', of: 'rejected', kind: 'a', leftOut: 980, level: 30 };
    expect(written()).toMatchObject([summary]);
    vi.advanceTimersByTime(10 * minuteMs);
    expect(written()).toEqual([]);
  });

  test('twenty lines an hour are written where the period is an hour', () => {
    const { writeMany, written } = open('info', 'hour');
    writeMany(25);
    expect(written()).toHaveLength(20);
    vi.advanceTimersByTime(60 * minuteMs - 1);
    writeMany(1);
    expect(written()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written()).toMatchObject([{ msg: 'lines of the last hour left out', leftOut: 6 }]);
    writeMany(1);
    expect(written()).toHaveLength(1);
  });

  test('lines are counted apart, by level, message and kind', () => {
    const { limited, writeMany, written } = open();
    writeMany(30, 'a');
    writeMany(5, 'b');
    writeMany(30, 'a', limited.error);
    limited.info('a', {}, 'answered');
    expect(written()).toHaveLength(20 + 5 + 20 + 1);
    vi.advanceTimersByTime(minuteMs);
    expect(written().map(({ level, leftOut }) => [level, leftOut])).toEqual([
      [30, 10],
      [50, 10],
    ]);
  });
});

test('kinds without number share the limit of one, and leave no timer or count behind', () => {
  const { limited, written } = open();
  for (let nth = 0; nth < 10_000; nth += 1) limited.warn(`kind ${nth}`, {}, 'rejected');
  expect(written()).toHaveLength(100 + 20);
  expect(vi.getTimerCount()).toBe(101);
  vi.advanceTimersByTime(minuteMs);
  expect(written()).toMatchObject([{ kind: 'others', leftOut: 10_000 - 120 }]);
  expect(vi.getTimerCount()).toBe(0);
  limited.warn('another', {}, 'rejected');
  expect(written()).toHaveLength(1);
});

test('a long kind is cut', () => {
  const { writeMany, written } = open();
  writeMany(21, 'x'.repeat(1_000_000));
  vi.advanceTimersByTime(minuteMs);
  expect(written().at(-1)?.kind).toBe('x'.repeat(300));
});

test('lines below the level of the log are neither written nor counted', () => {
  const { writeMany, written } = open('warn');
  writeMany(1_000);
  vi.advanceTimersByTime(minuteMs);
  expect(written()).toEqual([]);
});

describe('kindOfError', () => {
  const fail = (message: string) => new TypeError(message);

  test('is the same for errors that are thrown at one place, whatever their message', () => {
    const [one, other] = ['one', `other\n    at somewhere else\n`].map((message) => kindOfError(fail(message)));
    expect(one).toBe(other);
    expect(one).toMatch(/^TypeError at fail .*limited-log\.test\.ts/);
  });

  test('differs by place, name and code', () => {
    const coded = Object.assign(fail('one'), { code: 'EMFILE' });
    const kinds = [fail('one'), coded, new RangeError('one'), new TypeError('one'), 'one', undefined].map(kindOfError);
    expect(new Set(kinds).size).toBe(6);
  });

  test('needs no stack', () => {
    expect(kindOfError(Object.assign(new Error('one'), { stack: undefined }))).toBe('Error');
  });
});
