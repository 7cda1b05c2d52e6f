import type { Child } from './child.ts';
import { type Load, load } from './load.ts';
import type { Query, QueryName } from './queries.ts';
import type { Row } from './results.ts';
import { against, type Variant } from './sides.ts';
import type { People } from './users.ts';

/** One side's part of a round. */
interface Turn extends Load {
  /** Of the gateway's process, for each request. */
  cpuMicros: number;
  rssBytes: number;
}

export interface RoundSettings {
  /** The one that the others are measured against is among them. */
  sides: ReadonlyMap<Variant, Child>;
  people: People;
  /** As many as the query's, where not given. */
  rounds?: number | undefined;
}

/** Of all that this process asks for. */
const counter = { next: 0 };

/**
 * Measures one query: after the same warm-up for each side, rounds in which every side has a turn, in one order and then
 * in the other. What the machine does beside falls on neighbours alike, so ratios are taken within a round.
 */
export async function measure(query: Query, settings: RoundSettings): Promise<Row[]> {
  const { sides, people, rounds = query.rounds } = settings;
  const asking = { query, people: people[query.as === 'creators' ? 'creators' : 'readers'], counter };
  for (const { url } of sides.values()) await load({ ...asking, url, until: { requests: query.warmUpRequests } });

  const turns = new Map<Variant, Turn[]>([...sides.keys()].map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [...sides] : [...sides].reverse();
    for (const [variant, child] of order) {
      const before = await child.usage();
      const result = await load({ ...asking, url: child.url, until: { milliseconds: query.turnMs } });
      const { cpuMicros, rssBytes } = await child.usage();
      const cpuOfEach = (cpuMicros - before.cpuMicros) / result.answered;
      turns.get(variant)?.push({ ...result, cpuMicros: cpuOfEach, rssBytes });
    }
  }
  const base = turns.get(against) ?? [];
  return [...turns].map(([variant, own]) => toRow({ variant, query: query.name, own, base }));
}

function toRow({ variant, query, own, base }: { variant: Variant; query: QueryName; own: Turn[]; base: Turn[] }): Row {
  const ratios = own.map((turn, round) => turn.requestsPerSecond / (base[round]?.requestsPerSecond ?? Number.NaN));
  const cpuRatios = own.map((turn, round) => (base[round]?.cpuMicros ?? Number.NaN) / turn.cpuMicros);
  const latencies = own.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    variant,
    query,
    against,
    ratio: { median: quantile(ratios, 0.5), min: Math.min(...ratios), max: Math.max(...ratios) },
    cpuRatio: quantile(cpuRatios, 0.5),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssMb: Math.max(...own.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
  };
}

/** The value below which a share of the values lies, between two of them where it falls there. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [below = Number.NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}
