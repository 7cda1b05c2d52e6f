import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measure, startComparison } from './comparison/comparison.ts';
import { drawPicture } from './comparison/picture.ts';
import { findNoisyQueries, findRegressions } from './comparison/regressions.ts';
import { type Row, readResults, writeResults } from './comparison/results.ts';
import { legend, toTable } from './comparison/table.ts';
import { stopAll } from './harness/child.ts';
import { help, type Options, readOptions } from './options.ts';
import { runStressTests } from './stress/stress-tests.ts';
import { measureWeights } from './worst/weights.ts';
import { searchForWorst } from './worst/worst.ts';

const startedAt = performance.now();

function logProgress(text: string): void {
  const seconds = (performance.now() - startedAt) / 1000;
  process.stderr.write(`${seconds.toFixed(0).padStart(4)} s  ${text}\n`);
}

async function run(options: Options): Promise<void> {
  const isStress = options.stressTests.length > 0;
  // The only stress test that needs packages of bench/ is password-attempts, for its statistics.
  if (!(isStress || options.costs) || options.stressTests.includes('password-attempts')) installPackages();
  if (options.isPictureOnly) return drawPicture(readResults());
  const committed = options.isCheck ? readResults() : [];
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // An orderly exit ends the child processes and removes the folder.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

  if (options.costs) {
    const isWorst = options.costs === 'worst';
    const report = isWorst ? searchForWorst(folder, options.seed, logProgress) : measureWeights(folder, logProgress);
    process.stdout.write(`${await report}\n`);
    return stopAll();
  }
  if (isStress) {
    await runStressTests(options.stressTests, folder, logProgress);
    return stopAll();
  }
  const measure = await startComparison(folder, options, logProgress);
  const rows = await measureAll(measure, options.queries);
  if (options.isCheck) {
    await check(measure, rows, committed);
  } else if (options.isComplete) {
    writeResults(rows);
    await drawPicture(rows);
    logProgress('wrote bench/results.json and docs/performance.svg');
  }
  await stopAll();
}

/** Installs the packages of bench/ (other gateways, statistics, charts) unless they are as new as its lock file. */
function installPackages(): void {
  const installed = new URL('node_modules/.package-lock.json', import.meta.url);
  const lockFile = new URL('package-lock.json', import.meta.url);
  const installedAt = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (installedAt >= statSync(lockFile).mtimeMs) return;
  process.stderr.write('Installing the packages of the benchmark (npm ci in bench) …\n');
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('npm ci in bench failed.');
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

/** Compares rows with the committed ones. Measures suspected regressions again, in case other load caused them. */
async function check(measure: Measure, rows: readonly Row[], committed: readonly Row[]): Promise<void> {
  const suspects = findRegressions(rows, committed).map(({ row }) => row);
  if (suspects.length > 0) logProgress('measuring suspected regressions again');
  const again = suspects.length > 0 ? await measureAll(measure, [...new Set(suspects.map(({ query }) => query))]) : [];
  const isSuspect = (row: Row) => suspects.some(({ query, variant }) => query === row.query && variant === row.variant);
  const regressions = findRegressions(again, committed).filter(({ row }) => isSuspect(row));
  const lines = regressions.map(({ line }) => `  ${line}\n`);
  process.stdout.write(
    lines.length > 0 ? `\nSlower by more than a fifth, or failing:\n${lines.join('')}` : '\nNo regressions.\n',
  );
  const noisy = findNoisyQueries(again);
  if (noisy.length > 0)
    process.stdout.write(`Inconclusive, the machine is too busy: @apollo/gateway differs from itself (${noisy}).\n`);
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
// Open keep-alive connections would delay the exit.
process.exit();
