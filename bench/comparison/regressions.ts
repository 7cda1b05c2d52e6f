import { baseline } from '../harness/variants.ts';
import type { Row } from './results.ts';

/** A ratio below this share of the committed one is a regression; above it, the difference may be noise. */
const tolerance = 0.8;

export interface Regression {
  row: Row;
  /** A description for the terminal. */
  line: string;
}

/** Rows of this project that are more than a fifth slower than the committed results, or have more errors. */
export function findRegressions(rows: readonly Row[], committed: readonly Row[]): Regression[] {
  return rows.flatMap((row) => {
    const { variant, query, ratio, errors } = row;
    if (!variant.startsWith('ours')) return [];
    const before = committed.find((other) => other.variant === variant && other.query === query);
    if (!before) return [{ row, line: `${variant}, ${query}: results.json has no row to compare with` }];
    const times = `${ratio.median.toFixed(2)} times ${row.baseline}, before ${before.ratio.median.toFixed(2)}`;
    if (ratio.median < before.ratio.median * tolerance) return [{ row, line: `${variant}, ${query}: ${times}` }];
    return errors > before.errors ? [{ row, line: `${variant}, ${query}: ${errors} errors` }] : [];
  });
}

/** Queries for which the baseline differs from itself by more than the tolerance, so that nothing can be concluded. */
export function findNoisyQueries(rows: readonly Row[]): string[] {
  const isNoise = ({ variant, ratio }: Row) =>
    variant === `${baseline}-again` && (ratio.median < tolerance || ratio.median > 1 / tolerance);
  return rows.filter(isNoise).map(({ query }) => query);
}
