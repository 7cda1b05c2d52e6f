import type { Row } from './results.ts';
import { against } from './sides.ts';

/** A ratio may fall to this share of what is kept: less is more than the machine's noise. */
const keeps = 0.8;

/** What is ours, and is now more than a fifth slower against the same other, or has errors; each as a line. */
export function fallen(rows: readonly Row[], kept: readonly Row[]): { row: Row; line: string }[] {
  return rows.flatMap((row) => {
    const { variant, query, ratio, errors } = row;
    if (!variant.startsWith('ours')) return [];
    const before = kept.find((other) => other.variant === variant && other.query === query);
    if (!before) return [{ row, line: `${variant}, ${query}: nothing to compare with in results.json` }];
    const times = `${ratio.median.toFixed(2)} times ${row.against}, and was ${before.ratio.median.toFixed(2)}`;
    if (ratio.median < before.ratio.median * keeps) return [{ row, line: `${variant}, ${query}: ${times}` }];
    return errors > before.errors ? [{ row, line: `${variant}, ${query}: ${errors} errors` }] : [];
  });
}

/** The queries for which the other, once more, differs from itself by as much: nothing can be said of them here. */
export function drowned(rows: readonly Row[]): string[] {
  const isNoise = ({ variant, ratio }: Row) =>
    variant === `${against}-again` && (ratio.median < keeps || ratio.median > 1 / keeps);
  return rows.filter(isNoise).map(({ query }) => query);
}
