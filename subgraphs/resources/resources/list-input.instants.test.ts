import { describe, expect, test } from 'vitest';
import { parseInstant } from './list-input.ts';

describe('no instant', () => {
  test.each([
    ['of a day without a time', '2026-11-23'],
    ['of a time without a zone', '2026-11-23T14:05:00'],
    ['of a time without a zone, with a fraction', '2026-11-23T14:05:00.000'],
    ['of a time without seconds', '2026-11-23T14:05Z'],
    ['of a year of two digits', '26-11-23T14:05:00Z'],
    ['of a year of six digits', '+002026-11-23T14:05:00Z'],
    ['of parts without separators', '20261123T140500Z'],
    ['of the 13th month', '2026-13-01T00:00:00Z'],
    ['of month 0', '2026-00-01T00:00:00Z'],
    ['of day 0', '2026-01-00T00:00:00Z'],
    ['of the 32nd day', '2026-01-32T00:00:00Z'],
    ['of the 31st of April', '2026-04-31T00:00:00Z'],
    ['of the 30th of February', '2024-02-30T00:00:00Z'],
    ['of the 29th of February in a common year', '2026-02-29T00:00:00Z'],
    ['of the 29th of February in 1900', '1900-02-29T00:00:00Z'],
    ['of hour 24', '2026-11-23T24:00:00Z'],
    ['of minute 60', '2026-11-23T14:60:00Z'],
    ['of second 61', '2026-11-23T14:05:61Z'],
    ['of an offset of 24 hours', '2026-11-23T14:05:00+24:00'],
    ['of an offset of 60 minutes', '2026-11-23T14:05:00+00:60'],
    ['of an offset without minutes', '2026-11-23T14:05:00+01'],
    ['of an offset without a colon', '2026-11-23T14:05:00+0100'],
    ['of zone and offset', '2026-11-23T14:05:00Z+01:00'],
    ['of a fraction without digits', '2026-11-23T14:05:00.Z'],
    ['of a fraction after a comma', '2026-11-23T14:05:00,5Z'],
    ['of a fraction of ten digits', '2026-11-23T14:05:00.0123456789Z'],
    ['with white space around', ' 2026-11-23T14:05:00Z '],
    ['with a line break at the end', '2026-11-23T14:05:00Z\n'],
    ['of digits that are not ASCII', '２０２６-11-23T14:05:00Z'],
    ['of words', 'yesterday'],
    ['of another format', 'Mon, 23 Nov 2026 14:05:00 GMT'],
    ['of milliseconds', '1795442700000'],
    ['that is empty', ''],
  ])('is a text %s: %j', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test.each([[1_795_442_700_000], [null], [undefined], [true], [{}], [['2026-11-23T14:05:00Z']], [new Date(0)]])(
    'is what is no text: %j',
    (value) => {
      expect(parseInstant(value)).toBeUndefined();
    },
  );
});

describe('an instant', () => {
  test.each([
    ['in UTC with milliseconds', '2026-11-23T14:05:00.123Z', '2026-11-23T14:05:00.123Z'],
    ['in UTC without a fraction', '2026-11-23T14:05:00Z', '2026-11-23T14:05:00.000Z'],
    ['with one digit of a fraction', '2026-11-23T14:05:00.5Z', '2026-11-23T14:05:00.500Z'],
    ['with nine digits of a fraction', '2026-11-23T14:05:00.123456789Z', '2026-11-23T14:05:00.123Z'],
    ['with nine nines, which do not round up', '2026-11-23T14:05:00.999999999Z', '2026-11-23T14:05:00.999Z'],
    ['in lower case', '2026-11-23t14:05:00.123z', '2026-11-23T14:05:00.123Z'],
    ['east of UTC', '2026-11-23T00:30:00+05:45', '2026-11-22T18:45:00.000Z'],
    ['west of UTC', '2026-12-31T20:00:00.001-08:00', '2027-01-01T04:00:00.001Z'],
    ['at offset 0', '2026-11-23T14:05:00+00:00', '2026-11-23T14:05:00.000Z'],
    ['at an unknown offset', '2026-11-23T14:05:00-00:00', '2026-11-23T14:05:00.000Z'],
    ['at the largest offset', '2026-11-23T23:59:00+23:59', '2026-11-23T00:00:00.000Z'],
    ['on a leap day', '2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['on the leap day of 2000', '2000-02-29T23:59:59Z', '2000-02-29T23:59:59.000Z'],
    ['on the last day of a year', '2026-12-31T23:59:59.999Z', '2026-12-31T23:59:59.999Z'],
    ['before 1970', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['in year 0', '0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['in year 99, which is not 1999', '0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['in year 9999', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('is read %s: %s', (_, text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  test('is read again as it was written, whatever day it is', () => {
    for (let day = 0; day < 1_500; day += 1) {
      const written = new Date(Date.UTC(2023, 0, 1 + day, 23, 59, 59, 999)).toISOString();
      expect(parseInstant(written)?.toISOString()).toBe(written);
    }
  });
});
