/** Rows under their titles: the first column is text, to the left, and the others are numbers, to the right. */
export function toColumns(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** Something that was measured, and the most or the least that it should be. */
export interface Requirement {
  about: string;
  measured: number;
  wanted: { atMost: number } | { atLeast: number };
  unit?: string;
}

/** One line for each: what was measured, what is wanted, and whether it is so. */
export function toVerdicts(requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ about, measured, wanted, unit = '' }) => {
    const isMost = 'atMost' in wanted;
    const limit = isMost ? wanted.atMost : wanted.atLeast;
    const isMet = isMost ? measured <= limit : measured >= limit;
    const wantedText = `${isMost ? '<=' : '>='} ${round(limit)}${unit}`;
    return [about, `${round(measured)}${unit}`, wantedText, isMet ? 'met' : 'MISSED'];
  });
  return toColumns(['', 'measured', 'wanted', ''], rows);
}

/** As many digits as one reads. */
export function round(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
