import { describe, expect, test } from 'vitest';
import { fileNameOf, readFileName, wholeSecond } from './key-file-name.ts';

const kid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const signsFrom = new Date('2026-11-24T04:05:06Z');

describe('the name of a key’s file', () => {
  test('says when it signs, and its kid', () => {
    expect(fileNameOf({ signsFrom, kid })).toBe(`20261124T040506Z.${kid}.pem`);
  });

  test('is read as it was meant', () => {
    expect(readFileName(fileNameOf({ signsFrom, kid }))).toEqual({ signsFrom, kid });
  });

  test('says nothing of less than a second', () => {
    expect(fileNameOf({ signsFrom: new Date('2026-11-24T04:05:06.999Z'), kid })).toBe(`20261124T040506Z.${kid}.pem`);
  });

  test('comes in the order in which keys sign', () => {
    const moments = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', '2026-01-02T23:00:00Z', '2026-10-01T00:00:00Z'];
    const names = moments.map((moment) => fileNameOf({ signsFrom: new Date(moment), kid }));
    expect([...names].reverse().sort()).toEqual(names);
  });

  test.each([
    ['without a time', `${kid}.pem`],
    ['without a kid', '20261124T040506Z.pem'],
    ['with a kid cut short', `20261124T040506Z.${kid.slice(1)}.pem`],
    ['with a kid too long', `20261124T040506Z.${kid}A.pem`],
    ['with a kid that is a path', `20261124T040506Z.../${kid.slice(3)}.pem`],
    ['of another ending', `20261124T040506Z.${kid}.key`],
    ['with more behind it', `20261124T040506Z.${kid}.pem.bak`],
    ['with more before it', `old-20261124T040506Z.${kid}.pem`],
    ['in local time', `20261124T040506.${kid}.pem`],
    ['of a thirteenth month', `20261324T040506Z.${kid}.pem`],
    ['of a day that there is not', `20260230T040506Z.${kid}.pem`],
    ['of a 25th hour', `20261124T250506Z.${kid}.pem`],
    ['of a 61st second', `20261124T040561Z.${kid}.pem`],
    ['of nothing', ''],
  ])('is none %s', (_, name) => {
    expect(readFileName(name)).toBeUndefined();
  });
});

test.each([
  [0, 0],
  [999, 0],
  [1_000, 1_000],
  [1_795_493_106_789, 1_795_493_106_000],
])('%i ms are in the second of %i', (ms, second) => {
  expect(wholeSecond(ms).getTime()).toBe(second);
});
