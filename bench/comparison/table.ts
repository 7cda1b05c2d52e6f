import type { Row } from './results.ts';

/** A negative width aligns to the right. */
const columns: { title: string; width: number; of(row: Row): string }[] = [
  { title: 'query', width: 8, of: ({ query }) => query },
  { title: 'variant', width: 16, of: ({ variant }) => variant },
  { title: 'times Apollo', width: -12, of: ({ ratio }) => ratio.median.toFixed(2) },
  { title: 'from - to', width: -14, of: ({ ratio }) => `${ratio.min.toFixed(2)} - ${ratio.max.toFixed(2)}` },
  { title: 'times less CPU', width: -14, of: ({ cpuRatio }) => cpuRatio.toFixed(2) },
  { title: 'p50 ms', width: -8, of: ({ p50Ms }) => p50Ms.toFixed(1) },
  { title: 'p99 ms', width: -8, of: ({ p99Ms }) => p99Ms.toFixed(1) },
  { title: 'RSS MB', width: -6, of: ({ rssMb }) => rssMb.toFixed(0) },
  { title: 'errors', width: -6, of: ({ errors }) => String(errors) },
];

/** Explains the columns and variants. */
export const legend = `times Apollo: requests per second relative to @apollo/gateway in the same round; median and range.
times less CPU: CPU time per request of @apollo/gateway relative to this gateway's. ours-one-process includes the subgraphs
and the image service, also in its memory. apollo-again: the same program again, so any difference is noise.
constant: the same text for every request, the upper limit of node:http.`;

/** Formats rows, or the head of the table, for a terminal. */
export function toTable(rows: readonly Row[] | 'head'): string {
  const cells =
    rows === 'head' ? [columns.map(({ title }) => title)] : rows.map((row) => columns.map(({ of }) => of(row)));
  return cells.map(toLine).join('\n');
}

function toLine(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const width = columns[index]?.width ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}
