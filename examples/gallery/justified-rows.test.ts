import { expect, test } from 'vitest';
import { justifiedRows, type Size } from './justified-rows.ts';

const settings = { gap: 10, width: 1_000, height: 200 };

/** Puts items into rows as `flex-wrap` does. */
function rowsOf(sizes: readonly Size[], { gap, width }: typeof settings): Size[][] {
  const rows: Size[][] = [];
  let left = 0;
  for (const size of sizes) {
    if (left >= size.width) rows.at(-1)?.push(size);
    else {
      rows.push([size]);
      left = width;
    }
    left -= size.width + gap;
  }
  return rows;
}

const widthOf = (row: readonly Size[], gap: number) =>
  row.reduce((total, { width }) => total + width, 0) + gap * (row.length - 1);

/** Shapes as photos have them, in an order that is the same in each run. */
const shapes = Array.from(
  { length: 400 },
  (_, at) => [1.5, 0.75, 1.33, 1, 1.78, 0.56, 2.4][(at * at + 3 * at) % 7] ?? 1,
);

test.each([320, 328, 700, 1_000, 1_377])('fills rows of %i pixels, in order and in their own shapes', (width) => {
  const wide = { ...settings, width };
  const sizes = justifiedRows(shapes, wide);
  expect(sizes).toHaveLength(shapes.length);
  const rows = rowsOf(sizes, wide);
  for (const row of rows.slice(0, -1)) expect(widthOf(row, wide.gap)).toBe(width);
  for (const [at, size] of sizes.entries()) {
    const shape = Math.max(0.6, shapes[at] ?? 1);
    // Rounded to pixels, and the last of a row takes what is left over.
    expect(Math.abs(size.width - shape * size.height)).toBeLessThan(shape + 8);
  }
  for (const row of rows) expect(new Set(row.map(({ height }) => height)).size).toBe(1);
});

test('rows come near to the height', () => {
  const rows = rowsOf(justifiedRows(shapes, settings), settings);
  for (const [size] of rows.slice(0, -1)) {
    expect(size?.height).toBeGreaterThan(settings.height / 1.7);
    expect(size?.height).toBeLessThan(settings.height * 1.7);
  }
});

test('does not stretch the last row', () => {
  expect(justifiedRows([1.5], settings)).toEqual([{ width: 300, height: 200 }]);
  expect(justifiedRows([1, 1], settings)).toEqual([
    { width: 200, height: 200 },
    { width: 200, height: 200 },
  ]);
});

test('a panorama takes a row of its own, and a ribbon stays wide enough for its title', () => {
  const [panorama, ribbon] = justifiedRows([20, 0.05], { ...settings, width: 700 });
  expect(panorama).toEqual({ width: 700, height: 175 });
  expect(ribbon).toEqual({ width: 120, height: 200 });
});

test('nothing is laid out without pictures', () => {
  expect(justifiedRows([], settings)).toEqual([]);
});
