import type { Child } from '../harness/child.ts';
import { type Load, load, quantile } from '../harness/load.ts';
import type { Query, QueryName } from '../harness/queries.ts';
import type { Users } from '../harness/users.ts';
import { baseline, type Variant } from '../harness/variants.ts';
import type { Row } from './results.ts';

/** The measurements of one gateway in one round. */
interface Measurement extends Load {
  /** CPU time of the gateway's process per request. */
  cpuMicros: number;
  rssBytes: number;
}

export interface RoundSettings {
  /** Includes the baseline. */
  gateways: ReadonlyMap<Variant, Child>;
  users: Users;
  /** The query's own number by default. */
  rounds?: number | undefined;
}

/** Counts the requests of this process. */
const counter = { next: 0 };

/**
 * Measures one query. After a warm-up, every gateway has a turn in each round, in alternating order. Ratios are taken within
 * a round, because other load on the machine affects neighbouring turns alike.
 */
export async function measure(query: Query, settings: RoundSettings): Promise<Row[]> {
  const { gateways, users, rounds = query.rounds } = settings;
  const loadSettings = { query, users: users[query.as === 'creators' ? 'creators' : 'readers'], counter };
  for (const { url } of gateways.values())
    await load({ ...loadSettings, url, until: { requests: query.warmUpRequests } });

  const measurements = new Map<Variant, Measurement[]>([...gateways.keys()].map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [...gateways] : [...gateways].reverse();
    for (const [variant, child] of order) {
      const before = await child.usage();
      const result = await load({ ...loadSettings, url: child.url, until: { durationMs: query.turnMs } });
      const { cpuMicros, rssBytes } = await child.usage();
      const cpuPerRequest = (cpuMicros - before.cpuMicros) / result.responses;
      measurements.get(variant)?.push({ ...result, cpuMicros: cpuPerRequest, rssBytes });
    }
  }
  const baselineMeasurements = measurements.get(baseline) ?? [];
  return [...measurements].map(([variant, own]) =>
    toRow({ variant, query: query.name, own, base: baselineMeasurements }),
  );
}

function toRow({
  variant,
  query,
  own,
  base,
}: {
  variant: Variant;
  query: QueryName;
  own: Measurement[];
  base: Measurement[];
}): Row {
  const ratios = own.map((each, round) => each.requestsPerSecond / (base[round]?.requestsPerSecond ?? Number.NaN));
  const cpuRatios = own.map((each, round) => (base[round]?.cpuMicros ?? Number.NaN) / each.cpuMicros);
  const latencies = own.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    variant,
    query,
    baseline,
    ratio: { median: quantile(ratios, 0.5), min: Math.min(...ratios), max: Math.max(...ratios) },
    cpuRatio: quantile(cpuRatios, 0.5),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssMb: Math.max(...own.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
  };
}
