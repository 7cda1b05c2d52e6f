import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { defaultMaxCost } from '../../platform/cost/limit-cost.ts';
import { type Requirement, toColumns, toVerdicts } from '../stress/report.ts';
import { type Candidate, createWriter } from './document.ts';
import { type QueryGene, queryGene, rootGene } from './genes.ts';
import { type MeasuredSystem, resourceCount, startMeasured, type Work } from './system.ts';

const limits = { cpuMs: 250, responseBytes: 8 * 1024 * 1024 };
const counts = { warmUp: 40, random: 140, climbing: 140, survivors: 6 };
/** The first request of a document is planned, and any may collect the garbage of those before it. */
const repetitions = 9;

interface Measured extends Candidate {
  /** Measured at the first request. */
  work: Work;
}

interface Repeated extends Measured {
  medianMs: number;
  maxMs: number;
}

/**
 * Searches for the query within all limits that takes most CPU in all processes together, and the one with the largest
 * response: random queries first, then changes of the best. A seed repeats a search. Returns a report.
 */
export async function searchForWorst(
  folder: string,
  seed: number,
  logProgress: (text: string) => void,
): Promise<string> {
  logProgress(`worst: starting processes with ${resourceCount} resources of the longest texts`);
  const system = await startMeasured(join(folder, 'worst'));
  const supergraphSdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const write = createWriter({ supergraphSdl, maxCost: defaultMaxCost });
  const measured: Measured[] = [];
  const measure = async (gene: QueryGene) => {
    const candidate = write(gene, system.heavy.resourceId);
    if (candidate) measured.push({ ...candidate, work: await measureOnce(system, candidate) });
  };

  const random = fc.sample(queryGene, { seed, numRuns: counts.warmUp + counts.random });
  for (const gene of random.slice(0, counts.warmUp)) await measure(gene);
  measured.length = 0;
  for (const gene of random.slice(counts.warmUp)) await measure(gene);
  logProgress(`worst: ${describe(worstOf(measured))} of ${measured.length} random queries (seed ${seed})`);

  const changes = fc.sample(fc.tuple(rootGene, fc.nat(), fc.nat(), fc.boolean()), { seed, numRuns: counts.climbing });
  for (const [root, which, at, hasFragments] of changes) {
    const survivors = byCpu(measured).slice(0, counts.survivors);
    const survivor = survivors[which % survivors.length];
    if (!survivor) break;
    const { roots } = survivor.gene;
    const position = at % (roots.length + 1);
    // The new field comes before the rest, so that it has room.
    await measure({
      ...survivor.gene,
      hasFragments,
      roots: [...roots.slice(0, position), root, ...roots.slice(position)],
    });
  }
  logProgress(`worst: ${describe(worstOf(measured))} after ${counts.climbing} changes of the best`);
  return report(system, measured, seed);
}

const measureOnce = (system: MeasuredSystem, { source, variables }: Candidate) =>
  system.measure(source, { ...system.heavy, variables });

const byCpu = (measured: readonly Measured[]) => measured.toSorted((a, b) => b.work.cpuMs - a.work.cpuMs);

function worstOf(measured: readonly Measured[]): Measured {
  const [worst] = byCpu(measured);
  if (!worst) throw new Error('No query was measured.');
  return worst;
}

async function report(system: MeasuredSystem, measured: readonly Measured[], seed: number): Promise<string> {
  const finalists: Repeated[] = [];
  for (const candidate of byCpu(measured).slice(0, counts.survivors)) {
    const works: number[] = [];
    for (let nth = 0; nth < repetitions; nth += 1) works.push((await measureOnce(system, candidate)).cpuMs);
    works.sort((a, b) => a - b);
    finalists.push({ ...candidate, medianMs: works[Math.floor(works.length / 2)] ?? 0, maxMs: works.at(-1) ?? 0 });
  }
  const slowest = finalists.reduce((a, b) => (b.medianMs > a.medianMs ? b : a));
  const largest = measured.reduce((a, b) => (b.work.responseBytes > a.work.responseBytes ? b : a));
  const requirements: Requirement[] = [
    {
      about: 'CPU of all processes, median',
      measured: slowest.medianMs,
      target: { atMost: limits.cpuMs },
      unit: ' ms',
    },
    {
      about: 'response',
      measured: largest.work.responseBytes / 1e6,
      target: { atMost: limits.responseBytes / 1e6 },
      unit: ' MB',
    },
  ];
  const rows = finalists.map(({ cost, work, source, medianMs, maxMs }) => [
    source.length > 100 ? `${source.slice(0, 100)}…` : source,
    ...[cost, work.status, ...[work.cpuMs, medianMs, maxMs].map(Math.round)].map(String),
    (work.responseBytes / 1e6).toFixed(2),
  ]);
  const machine = `${measured.length} queries (seed ${seed}), ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  const columns = toColumns(['query', 'cost', 'status', 'first ms', 'median', 'max', 'MB'], rows);
  const texts = [slowest, largest].map(({ source, variables }) => `${source}\n${JSON.stringify(variables)}`).join('\n');
  return [machine, columns, toVerdicts(requirements), texts].join('\n\n');
}

const describe = ({ work: { cpuMs, responseBytes } }: Measured) =>
  `${cpuMs.toFixed(0)} ms of CPU and ${(responseBytes / 1e6).toFixed(2)} MB`;
