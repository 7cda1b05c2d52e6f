import { quantile } from '../harness/load.ts';
import { queryOf } from '../harness/queries.ts';
import { firstResponse } from '../harness/request.ts';
import type { User } from '../harness/users.ts';
import { baseline, startVariant, type Variant, type VariantSettings } from '../harness/variants.ts';
import type { Row } from './results.ts';

/** One start of one gateway. */
interface Start {
  durationMs: number;
  cpuMicros: number;
  rssBytes: number;
}

/** Gateways that start alone, with the subgraphs already running. */
const comparable: readonly Variant[] = ['ours', 'apollo'];

/** Measures the time from the start of a process to its first response, in rounds of alternating order. */
export async function measureStartUp({
  settings,
  user,
  variants,
  rounds = 3,
}: {
  settings: VariantSettings;
  user: User;
  variants: readonly Variant[];
  rounds?: number | undefined;
}): Promise<Row[]> {
  const chosen = comparable.filter((variant) => variants.includes(variant));
  const starts = new Map<Variant, Start[]>(chosen.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? chosen : chosen.toReversed();
    for (const variant of order) starts.get(variant)?.push(await timeStart(variant, settings, user));
  }
  const base = starts.get(baseline) ?? [];
  return [...starts].map(([variant, own]) => toRow(variant, own, base));
}

async function timeStart(variant: Variant, settings: VariantSettings, user: User): Promise<Start> {
  const startedAt = performance.now();
  const child = await startVariant(variant, settings);
  await firstResponse(child, queryOf('q1').body(user, 0), user.authorization);
  const durationMs = performance.now() - startedAt;
  const usage = await child.usage();
  await child.stop();
  return { durationMs, ...usage };
}

function toRow(variant: Variant, own: readonly Start[], base: readonly Start[]): Row {
  const ratios = own.map(({ durationMs }, round) => (base[round]?.durationMs ?? Number.NaN) / durationMs);
  const cpuRatios = own.map(({ cpuMicros }, round) => (base[round]?.cpuMicros ?? Number.NaN) / cpuMicros);
  const times = own.map(({ durationMs }) => durationMs);
  return {
    variant,
    query: 'start-up',
    baseline,
    ratio: { median: quantile(ratios, 0.5), min: Math.min(...ratios), max: Math.max(...ratios) },
    cpuRatio: quantile(cpuRatios, 0.5),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    rssMb: Math.max(...own.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    errors: 0,
  };
}
