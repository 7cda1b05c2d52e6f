import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measure, startBench } from './bench.ts';
import { stopAll } from './child.ts';
import { installPackages } from './install.ts';
import { help, type Options, readOptions } from './options.ts';
import { drawPicture } from './picture.ts';
import { drowned, fallen } from './regressions.ts';
import { type Row, readResults, writeResults } from './results.ts';
import { measureStrains } from './stress/stress-tests.ts';
import { legend, toTable } from './table.ts';

const startedAt = performance.now();

function say(text: string): void {
  const seconds = (performance.now() - startedAt) / 1000;
  process.stderr.write(`${seconds.toFixed(0).padStart(4)} s  ${text}\n`);
}

async function run(options: Options): Promise<void> {
  const isStrain = options.strains.length > 0;
  // What is put under strain is the project alone.
  if (!isStrain) installPackages();
  if (options.isPictureOnly) return drawPicture(readResults());
  const kept = options.isCheck ? readResults() : [];
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // Leaving in order ends what was started and removes the folder.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

  if (isStrain) {
    await measureStrains(options.strains, folder, say);
    return stopAll();
  }
  const measure = await startBench(folder, options, say);
  const rows = await measureAll(measure, options.queries);
  if (options.isCheck) {
    await check(measure, rows, kept);
  } else if (options.isWhole) {
    writeResults(rows);
    await drawPicture(rows);
    say('wrote bench/results.json and docs/performance.svg');
  }
  await stopAll();
}

async function measureAll(measure: Measure, queries: Options['queries']): Promise<Row[]> {
  const rows: Row[] = [];
  process.stdout.write(`${toTable('head')}\n`);
  for (const query of queries) {
    const measured = await measure(query);
    process.stdout.write(`\n${toTable(measured)}\n`);
    rows.push(...measured);
  }
  process.stdout.write(`\n${legend}\n`);
  return rows;
}

/** What seems to have fallen is measured once more: a moment in which the machine did something else is not a fall. */
async function check(measure: Measure, rows: readonly Row[], kept: readonly Row[]): Promise<void> {
  const suspects = fallen(rows, kept).map(({ row }) => row);
  if (suspects.length > 0) say('again, what seems to have fallen');
  const again = suspects.length > 0 ? await measureAll(measure, [...new Set(suspects.map(({ query }) => query))]) : [];
  const isSuspect = (row: Row) => suspects.some(({ query, variant }) => query === row.query && variant === row.variant);
  const lines = fallen(again, kept).flatMap(({ row, line }) => (isSuspect(row) ? `  ${line}\n` : []));
  process.stdout.write(
    lines.length > 0 ? `\nFallen by more than a fifth:\n${lines.join('')}` : '\nNothing has fallen.\n',
  );
  const noise = drowned(again);
  if (noise.length > 0)
    process.stdout.write(`The machine is too busy to tell: stock differs as much from itself (${noise}).\n`);
  if (lines.length > 0) process.exitCode = 1;
}

function read(argv: readonly string[]): Options | undefined {
  try {
    const options = readOptions(argv);
    if (options !== 'help') return options;
    process.stdout.write(help);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exitCode = 2;
  }
  return undefined;
}

try {
  const options = read(process.argv.slice(2));
  if (options) await run(options);
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
}
// Connections that are kept open would hold it up.
process.exit();
