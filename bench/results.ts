import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { MeasuredName } from './queries.ts';
import type { Variant } from './sides.ts';

/** How one gateway does with one query, against another in the same rounds. */
export interface Row {
  variant: Variant;
  query: MeasuredName;
  against: Variant;
  /** Requests a second, times the other's; over 1 is faster. */
  ratio: { median: number; min: number; max: number };
  /** The other's CPU time of the gateway's process for each request, times this one's; over 1 is cheaper. */
  cpuRatio: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the gateway's process, at its largest. */
  rssMb: number;
  /** Answers that were not 200, held errors or never came. */
  errors: number;
}

const file = new URL('results.json', import.meta.url);

/** What was measured last and kept. */
export function readResults(): Row[] {
  if (!existsSync(file)) throw new Error('There is no bench/results.json yet: npm run bench writes it.');
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
}

/** Keeps what was measured. */
export function writeResults(rows: readonly Row[]): void {
  writeFileSync(file, `${JSON.stringify(rows, rounded, 2)}\n`);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
