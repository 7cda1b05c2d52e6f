import { describe, expect, test } from 'vitest';
import { parseInstant } from './list-input.ts';

describe('parseInstant rejects', () => {
  test.each([
    ['a date without a time', '2026-11-23'],
    ['a time without an offset', '2026-11-23T14:05:00'],
    ['a time without an offset, with a fraction', '2026-11-23T14:05:00.000'],
    ['a time without seconds', '2026-11-23T14:05Z'],
    ['a year of two digits', '26-11-23T14:05:00Z'],
    ['a year of six digits', '+002026-11-23T14:05:00Z'],
    ['parts without separators', '20261123T140500Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['day 32', '2026-01-32T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['30 February', '2024-02-30T00:00:00Z'],
    ['29 February in a common year', '2026-02-29T00:00:00Z'],
    ['29 February 1900', '1900-02-29T00:00:00Z'],
    ['hour 24', '2026-11-23T24:00:00Z'],
    ['minute 60', '2026-11-23T14:60:00Z'],
    ['second 61', '2026-11-23T14:05:61Z'],
    ['an offset of 24 hours', '2026-11-23T14:05:00+24:00'],
    ['an offset of 60 minutes', '2026-11-23T14:05:00+00:60'],
    ['an offset without minutes', '2026-11-23T14:05:00+01'],
    ['an offset without a colon', '2026-11-23T14:05:00+0100'],
    ['both Z and an offset', '2026-11-23T14:05:00Z+01:00'],
    ['a fraction without digits', '2026-11-23T14:05:00.Z'],
    ['a fraction after a comma', '2026-11-23T14:05:00,5Z'],
    ['a fraction of ten digits', '2026-11-23T14:05:00.0123456789Z'],
    ['white space around a time', ' 2026-11-23T14:05:00Z '],
    ['a line break at the end', '2026-11-23T14:05:00Z\n'],
    ['digits that are not ASCII', '２０２６-11-23T14:05:00Z'],
    ['words', 'yesterday'],
    ['another format', 'Mon, 23 Nov 2026 14:05:00 GMT'],
    ['milliseconds', '1795442700000'],
    ['an empty text', ''],
  ])('%s: %j', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test.each([[1_795_442_700_000], [null], [undefined], [true], [{}], [['2026-11-23T14:05:00Z']], [new Date(0)]])(
    'a value that is not a string: %j',
    (value) => {
      expect(parseInstant(value)).toBeUndefined();
    },
  );
});

describe('parseInstant reads', () => {
  test.each([
    ['UTC with milliseconds', '2026-11-23T14:05:00.123Z', '2026-11-23T14:05:00.123Z'],
    ['UTC without a fraction', '2026-11-23T14:05:00Z', '2026-11-23T14:05:00.000Z'],
    ['a fraction of one digit', '2026-11-23T14:05:00.5Z', '2026-11-23T14:05:00.500Z'],
    ['a fraction of nine digits', '2026-11-23T14:05:00.123456789Z', '2026-11-23T14:05:00.123Z'],
    ['a fraction of nine nines, without rounding up', '2026-11-23T14:05:00.999999999Z', '2026-11-23T14:05:00.999Z'],
    ['lower-case letters', '2026-11-23t14:05:00.123z', '2026-11-23T14:05:00.123Z'],
    ['an offset east of UTC', '2026-11-23T00:30:00+05:45', '2026-11-22T18:45:00.000Z'],
    ['an offset west of UTC', '2026-12-31T20:00:00.001-08:00', '2027-01-01T04:00:00.001Z'],
    ['the offset +00:00', '2026-11-23T14:05:00+00:00', '2026-11-23T14:05:00.000Z'],
    ['the offset -00:00', '2026-11-23T14:05:00-00:00', '2026-11-23T14:05:00.000Z'],
    ['the largest offset', '2026-11-23T23:59:00+23:59', '2026-11-23T00:00:00.000Z'],
    ['a leap day', '2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['the leap day of 2000', '2000-02-29T23:59:59Z', '2000-02-29T23:59:59.000Z'],
    ['the last day of a year', '2026-12-31T23:59:59.999Z', '2026-12-31T23:59:59.999Z'],
    ['a time before 1970', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['year 0', '0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['year 99, not as 1999', '0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['year 9999', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('%s: %s', (_, text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  test('every time that toISOString writes, on any day', () => {
    for (let day = 0; day < 1_500; day += 1) {
      const written = new Date(Date.UTC(2023, 0, 1 + day, 23, 59, 59, 999)).toISOString();
      expect(parseInstant(written)?.toISOString()).toBe(written);
    }
  });
});
