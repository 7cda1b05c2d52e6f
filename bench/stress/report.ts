/** Formats a table: the first column is aligned to the left, the others to the right. */
export function toColumns(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** A measured value and its target. */
export interface Requirement {
  about: string;
  measured: number;
  target: { atMost: number } | { atLeast: number };
  unit?: string;
}

/** Formats one line for each requirement: the measured value, the target, and whether it is met. */
export function toVerdicts(requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ about, measured, target, unit = '' }) => {
    const isMaximum = 'atMost' in target;
    const limit = isMaximum ? target.atMost : target.atLeast;
    const isMet = isMaximum ? measured <= limit : measured >= limit;
    const targetText = `${isMaximum ? '<=' : '>='} ${round(limit)}${unit}`;
    return [about, `${round(measured)}${unit}`, targetText, isMet ? 'met' : 'MISSED'];
  });
  return toColumns(['', 'measured', 'target', ''], rows);
}

/** Formats a number with three significant digits or fewer decimals. */
export function round(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
