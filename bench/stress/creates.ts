import { load, quantile } from '../harness/load.ts';
import { queryOf } from '../harness/queries.ts';
import { round, toColumns } from './report.ts';
import type { System, Systems } from './systems.ts';

const rounds = 3;
const listMs = 1_500;
const createMs = 3_000;
const warmUpRequests = 150;
const counter = { next: 0 };

/** Measures creates of small pictures by 16 clients, each of which commits three times, and lists one at a time. */
export async function measureCreates({ all, users }: Systems, logProgress: (text: string) => void): Promise<string> {
  const create = { query: queryOf('create'), users: users.creators, counter };
  const list = { query: { ...queryOf('q1'), connections: 1 }, users: users.readers, counter };
  const measureRound = async ({ name, url }: System, nth: number) => {
    const lists = await load({ url, ...list, until: { durationMs: listMs } });
    const creates = await load({ url, ...create, until: { durationMs: createMs } });
    if (creates.errors > 0) throw new Error(`${creates.errors} of ${creates.responses} creates failed.`);
    const quantiles = [creates, lists].flatMap(({ latenciesMs }) => [0.5, 0.99].map((q) => quantile(latenciesMs, q)));
    return [`${name}, round ${nth}`, ...[creates.requestsPerSecond, ...quantiles].map(round)];
  };

  const rows: string[][] = [];
  for (const system of all) {
    logProgress(`creates, ${system.name}`);
    await load({ url: system.url, ...create, until: { requests: warmUpRequests } });
    for (let nth = 1; nth <= rounds; nth += 1) rows.push(await measureRound(system, nth));
  }
  return toColumns(['', 'creates/s', 'p50 ms', 'p99 ms', 'one list p50 ms', 'p99 ms'], rows);
}
