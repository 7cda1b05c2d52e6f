import { describe, expect, test } from 'vitest';
import { joinPreserved } from './metadata.ts';

const file = Buffer.from('abcdef');
const [start, middle, end] = [file.subarray(0, 2), file.subarray(2, 4), file.subarray(4)];

describe('joining the preserved parts of a file', () => {
  test('returns the file itself if everything is', () => {
    expect(joinPreserved([start, middle, end], file, file.length)).toBe(file);
  });

  test('leaves out the rest', () => {
    expect(joinPreserved([start, undefined, end], file, 4)).toEqual(Buffer.from('abef'));
  });

  test('stops when it is over the limit', () => {
    function* endless() {
      for (;;) yield start;
    }
    expect(joinPreserved(endless(), file, 1_000)).toBeUndefined();
    expect(joinPreserved([start, middle, end], file, 5)).toBeUndefined();
  });

  test('stops after 200,000 parts, even if none is preserved', () => {
    function* nothing(count: number) {
      for (let left = count; left > 0; left -= 1) yield undefined;
    }
    expect(joinPreserved(nothing(200_000), file, 0)).toEqual(Buffer.alloc(0));
    expect(joinPreserved(nothing(Number.POSITIVE_INFINITY), file, 0)).toBeUndefined();
  });
});
