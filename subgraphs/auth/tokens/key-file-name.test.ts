import { describe, expect, test } from 'vitest';
import { formatKeyFileName, parseKeyFileName, wholeSecond } from './key-file-name.ts';

const kid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const signsFrom = new Date('2026-11-24T04:05:06Z');

describe('a key file name', () => {
  test('contains when the key signs, and its kid', () => {
    expect(formatKeyFileName({ signsFrom, kid })).toBe(`20261124T040506Z.${kid}.pem`);
  });

  test('is parsed as it was formatted', () => {
    expect(parseKeyFileName(formatKeyFileName({ signsFrom, kid }))).toEqual({ signsFrom, kid });
  });

  test('leaves out fractions of a second', () => {
    expect(formatKeyFileName({ signsFrom: new Date('2026-11-24T04:05:06.999Z'), kid })).toBe(
      `20261124T040506Z.${kid}.pem`,
    );
  });

  test('sorts in signing order', () => {
    const times = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', '2026-01-02T23:00:00Z', '2026-10-01T00:00:00Z'];
    const names = times.map((time) => formatKeyFileName({ signsFrom: new Date(time), kid }));
    expect([...names].reverse().sort()).toEqual(names);
  });

  test.each([
    ['without a time', `${kid}.pem`],
    ['without a kid', '20261124T040506Z.pem'],
    ['with a short kid', `20261124T040506Z.${kid.slice(1)}.pem`],
    ['with a long kid', `20261124T040506Z.${kid}A.pem`],
    ['with a kid that is a path', `20261124T040506Z.../${kid.slice(3)}.pem`],
    ['with another extension', `20261124T040506Z.${kid}.key`],
    ['with a suffix', `20261124T040506Z.${kid}.pem.bak`],
    ['with a prefix', `old-20261124T040506Z.${kid}.pem`],
    ['in local time', `20261124T040506.${kid}.pem`],
    ['with month 13', `20261324T040506Z.${kid}.pem`],
    ['with February 30', `20260230T040506Z.${kid}.pem`],
    ['with hour 25', `20261124T250506Z.${kid}.pem`],
    ['with second 61', `20261124T040561Z.${kid}.pem`],
    ['that is empty', ''],
  ])('is rejected %s', (_, name) => {
    expect(parseKeyFileName(name)).toBeUndefined();
  });
});

test.each([
  [0, 0],
  [999, 0],
  [1_000, 1_000],
  [1_795_493_106_789, 1_795_493_106_000],
])('wholeSecond rounds %i ms down to %i ms', (ms, second) => {
  expect(wholeSecond(ms).getTime()).toBe(second);
});
