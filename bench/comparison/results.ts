import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { MeasuredName } from '../harness/queries.ts';
import type { Variant } from '../harness/variants.ts';

/** The result of one gateway for one query, relative to the baseline in the same rounds. */
export interface Row {
  variant: Variant;
  query: MeasuredName;
  baseline: Variant;
  /** Requests per second, divided by the baseline's: over 1 is faster. */
  ratio: { median: number; min: number; max: number };
  /** The baseline's CPU time per request, divided by this gateway's: over 1 is cheaper. */
  cpuRatio: number;
  p50Ms: number;
  p99Ms: number;
  /** Maximum of the gateway's process. */
  rssMb: number;
  /** Responses with another status than 200 or with errors, and requests without a response. */
  errors: number;
}

const file = new URL('../results.json', import.meta.url);

/** Reads the committed results. */
export function readResults(): Row[] {
  if (!existsSync(file)) throw new Error('bench/results.json does not exist: npm run bench writes it.');
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
}

/** Writes the results to be committed. */
export function writeResults(rows: readonly Row[]): void {
  writeFileSync(file, `${JSON.stringify(rows, rounded, 2)}\n`);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
