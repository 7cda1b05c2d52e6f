import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { defaultMaxCost } from '../../platform/cost/limit-cost.ts';
import { type Requirement, toColumns, toVerdicts } from '../stress/report.ts';
import { type Candidate, createWriter } from './document.ts';
import { queryGenes, type RootGene, rootGene } from './genes.ts';
import { type MeasuredSystem, resourceCount, startMeasured, type Work } from './system.ts';

const limits = { cpuMs: 250, responseBytes: 8 * 1024 * 1024 };
const counts = { warmUp: 40, random: 120, climbing: 120, survivors: 6 };
/** Measured again before it counts: the first measurement may contain garbage collection of earlier ones. */
const repetitions = 5;

interface Measured extends Candidate {
  work: Work;
}

/**
 * Searches for the query within all limits that takes most CPU in all processes together, and the one with the largest
 * response: random queries first, then changes of the best. Returns a report.
 */
export async function searchForWorst(folder: string, logProgress: (text: string) => void): Promise<string> {
  logProgress(`worst: starting processes with ${resourceCount} resources of the longest texts`);
  const system = await startMeasured(join(folder, 'worst'));
  const supergraphSdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const write = createWriter({ supergraphSdl, maxCost: defaultMaxCost });
  const seed = Date.now() % 2 ** 31;
  const measured: Measured[] = [];
  const measure = async (genes: readonly RootGene[]) => {
    const candidate = write(genes, system.resourceId);
    if (candidate) measured.push({ ...candidate, work: await system.measure(candidate.source) });
  };

  const random = fc.sample(queryGenes, { seed, numRuns: counts.warmUp + counts.random });
  for (const genes of random.slice(0, counts.warmUp)) await measure(genes);
  measured.length = 0;
  for (const genes of random.slice(counts.warmUp)) await measure(genes);
  logProgress(`worst: ${describe(worstOf(measured))} of ${measured.length} random queries (seed ${seed})`);

  const changes = fc.sample(fc.tuple(rootGene, fc.nat(), fc.nat()), { seed, numRuns: counts.climbing });
  for (const [gene, which, at] of changes) {
    const survivors = byCpu(measured).slice(0, counts.survivors);
    const { genes = [] } = survivors[which % survivors.length] ?? {};
    // The new field comes first, so that it has room.
    await measure([...genes.slice(0, at % (genes.length + 1)), gene, ...genes]);
  }
  logProgress(`worst: ${describe(worstOf(measured))} after ${counts.climbing} changes of the best`);
  return report(system, measured, seed);
}

const byCpu = (measured: readonly Measured[]) => measured.toSorted((a, b) => b.work.cpuMs - a.work.cpuMs);

function worstOf(measured: readonly Measured[]): Measured {
  const [worst] = byCpu(measured);
  if (!worst) throw new Error('No query was measured.');
  return worst;
}

async function report(system: MeasuredSystem, measured: readonly Measured[], seed: number): Promise<string> {
  const finalists: Measured[] = [];
  for (const candidate of byCpu(measured).slice(0, counts.survivors)) {
    const works: Work[] = [];
    for (let nth = 0; nth < repetitions; nth += 1) works.push(await system.measure(candidate.source));
    finalists.push({ ...candidate, work: medianOf(works) });
  }
  const slowest = worstOf(finalists);
  const largest = measured.reduce((a, b) => (b.work.responseBytes > a.work.responseBytes ? b : a));
  const requirements: Requirement[] = [
    { about: 'CPU of all processes', measured: slowest.work.cpuMs, target: { atMost: limits.cpuMs }, unit: ' ms' },
    {
      about: 'response',
      measured: largest.work.responseBytes / 1e6,
      target: { atMost: limits.responseBytes / 1e6 },
      unit: ' MB',
    },
  ];
  const rows = byCpu(finalists).map(({ cost, work, source }) => [
    source.length > 100 ? `${source.slice(0, 100)}…` : source,
    String(cost),
    work.cpuMs.toFixed(0),
    (work.responseBytes / 1e6).toFixed(2),
  ]);
  const machine = `${measured.length} queries (seed ${seed}), ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  const texts = [slowest, largest].map(({ source }) => source).join('\n');
  return [machine, toColumns(['query', 'cost', 'CPU ms', 'MB'], rows), toVerdicts(requirements), texts].join('\n\n');
}

const medianOf = (works: readonly Work[]): Work => {
  const sorted = works.toSorted((a, b) => a.cpuMs - b.cpuMs);
  return sorted[Math.floor(sorted.length / 2)] as Work;
};

const describe = ({ work: { cpuMs, responseBytes } }: Measured) =>
  `${cpuMs.toFixed(0)} ms of CPU and ${(responseBytes / 1e6).toFixed(2)} MB`;
