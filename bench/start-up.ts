import { firstAnswer } from './ask.ts';
import { queryOf } from './queries.ts';
import type { Row } from './results.ts';
import { quantile } from './rounds.ts';
import { against, type SideSettings, startSide, type Variant } from './sides.ts';
import type { Person } from './users.ts';

/** One start of one gateway. */
interface Start {
  ms: number;
  cpuMicros: number;
  rssBytes: number;
}

/** Those that start alone, with the subgraphs there already. */
const starting: readonly Variant[] = ['ours', 'stock'];

/** Measures from the process's start to its first answered query; in turns, as the queries are. */
export async function measureStartUp({
  settings,
  person,
  variants,
  rounds = 3,
}: {
  settings: SideSettings;
  person: Person;
  variants: readonly Variant[];
  rounds?: number | undefined;
}): Promise<Row[]> {
  const chosen = starting.filter((variant) => variants.includes(variant));
  const starts = new Map<Variant, Start[]>(chosen.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? chosen : chosen.toReversed();
    for (const variant of order) starts.get(variant)?.push(await timeStart(variant, settings, person));
  }
  const base = starts.get(against) ?? [];
  return [...starts].map(([variant, own]) => toRow(variant, own, base));
}

async function timeStart(variant: Variant, settings: SideSettings, person: Person): Promise<Start> {
  const startedAt = performance.now();
  const child = await startSide(variant, settings);
  await firstAnswer(child, queryOf('q1').body(person, 0), person.authorization);
  const ms = performance.now() - startedAt;
  const usage = await child.usage();
  await child.stop();
  return { ms, ...usage };
}

function toRow(variant: Variant, own: readonly Start[], base: readonly Start[]): Row {
  const ratios = own.map(({ ms }, round) => (base[round]?.ms ?? Number.NaN) / ms);
  const cpuRatios = own.map(({ cpuMicros }, round) => (base[round]?.cpuMicros ?? Number.NaN) / cpuMicros);
  const times = own.map(({ ms }) => ms);
  return {
    variant,
    query: 'start-up',
    against,
    ratio: { median: quantile(ratios, 0.5), min: Math.min(...ratios), max: Math.max(...ratios) },
    cpuRatio: quantile(cpuRatios, 0.5),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    rssMb: Math.max(...own.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    errors: 0,
  };
}
