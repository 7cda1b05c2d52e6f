import type { Row } from './results.ts';

/** Each with its width: positive to the left, as text, and negative to the right, as numbers. */
const columns: { title: string; width: number; of(row: Row): string }[] = [
  { title: 'query', width: 8, of: ({ query }) => query },
  { title: 'variant', width: 16, of: ({ variant }) => variant },
  { title: 'times stock', width: -11, of: ({ ratio }) => ratio.median.toFixed(2) },
  { title: 'from - to', width: -14, of: ({ ratio }) => `${ratio.min.toFixed(2)} - ${ratio.max.toFixed(2)}` },
  { title: 'times less CPU', width: -14, of: ({ cpuRatio }) => cpuRatio.toFixed(2) },
  { title: 'p50 ms', width: -8, of: ({ p50Ms }) => p50Ms.toFixed(1) },
  { title: 'p99 ms', width: -8, of: ({ p99Ms }) => p99Ms.toFixed(1) },
  { title: 'RSS MB', width: -6, of: ({ rssMb }) => rssMb.toFixed(0) },
  { title: 'errors', width: -6, of: ({ errors }) => String(errors) },
];

/** What the table's words mean. */
export const legend = `times stock: requests a second, times those of stock @apollo/gateway in the same round; median and range.
times less CPU: stock's CPU time of the gateway's process for each request, times this one's. That of one process, and
its memory, hold the subgraphs and the image service too. stock-again: stock once more, so what differs is noise.
constant: one text for every request, without reading it; nothing on node:http is faster.`;

/** Rows, or the line above them, for a terminal. */
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
