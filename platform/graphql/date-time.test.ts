import { parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { dateTime } from './date-time.ts';

describe('DateTime', () => {
  test('throws for a value that is no date', () => {
    expect(() => dateTime.serialize(new Date(Number.NaN))).toThrow(RangeError);
  });

  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [Date.UTC(2026, 10, 23, 14, 5), '2026-11-23T14:05:00.000Z'],
    [Date.UTC(2026, 10, 23, 14, 5, 0, 7), '2026-11-23T14:05:00.007Z'],
  ])('of %i milliseconds is sent as %s', (milliseconds, text) => {
    expect(dateTime.serialize(new Date(milliseconds))).toBe(text);
  });

  test.each(['2026-11-23T14:05:00.000Z', 'yesterday', 5, true, ['nested'], { at: 'noon' }, null])(
    'that comes as the variable %j is passed on as it came',
    (value) => {
      expect(dateTime.parseValue(value)).toEqual(value);
    },
  );

  test.each([
    ['"2026-11-23T14:05:00.000Z"', '2026-11-23T14:05:00.000Z'],
    ['5', 5],
    ['1.5', 1.5],
    ['true', true],
    ['NOON', 'NOON'],
    ['["yesterday", 5]', ['yesterday', 5]],
    ['{ at: "noon" }', { at: 'noon' }],
  ])('that stands in the document as %s is passed on as it came', (literal, value) => {
    expect(dateTime.parseLiteral(parseValue(literal))).toEqual(value);
  });

  test('passes on a variable in a list literal unchanged', () => {
    expect(dateTime.parseLiteral(parseValue('[$when]'), { when: 'noon' })).toEqual(['noon']);
  });
});
