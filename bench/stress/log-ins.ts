import { unusedPort } from '../../tests/support/http/servers.ts';
import { type Child, startChild } from '../harness/child.ts';
import { load, quantile } from '../harness/load.ts';
import { queryOf } from '../harness/queries.ts';
import type { Users } from '../harness/users.ts';
import { streamLists } from './list-stream.ts';
import { round, toColumns, toVerdicts } from './report.ts';
import type { System, Systems } from './systems.ts';

const clients = 8;
const listsPerSecond = 50;
const rounds = 4;
/** About twenty password comparisons on two cores. */
const turnMs = 3_000;

interface Round {
  alone: number;
  logIns: number;
  listsMs: number[];
}

/** Measures the throughput of log-ins relative to bcrypt alone on the same cores, and the latency of lists meanwhile. */
export async function measureLogIns({ all, users }: Systems, logProgress: (text: string) => void): Promise<string> {
  const command = ['bench/stress/bcrypt-baseline.ts'];
  const bcryptAlone = startChild({ name: 'bcrypt alone', command, env: {}, port: await unusedPort() });
  await bcryptAlone.nextMessage();
  const reports: string[] = [];
  for (const system of all) {
    logProgress(`log-ins, ${system.name}`);
    const results: Round[] = [];
    for (let nth = 0; nth < rounds; nth += 1) results.push(await measureRound(system, users, bcryptAlone));
    reports.push(toText(system, results));
  }
  await bcryptAlone.stop();
  return reports.join('\n\n');
}

async function measureRound({ url }: System, { readers }: Users, bcryptAlone: Child): Promise<Round> {
  const alone = Number(await bcryptAlone.request(String(turnMs)));
  const query = { ...queryOf('log-in'), connections: clients };
  let isOver = false;
  const loggingIn = load({ url, query, users: readers, counter, until: { durationMs: turnMs } }).finally(() => {
    isOver = true;
  });
  const streaming = streamLists({ url, readers, perSecond: listsPerSecond }, () => isOver);
  const [listsMs, { errors, responses, requestsPerSecond }] = await Promise.all([streaming, loggingIn]);
  if (errors > 0) throw new Error(`${errors} of ${responses} log-ins failed.`);
  return { alone, logIns: requestsPerSecond, listsMs };
}

function toText({ name }: System, results: readonly Round[]): string {
  const toRow = (title: string, { alone, logIns, listsMs }: Round) => [
    title,
    ...[logIns, alone, logIns / alone, quantile(listsMs, 0.5), quantile(listsMs, 0.99)].map(round),
  ];
  const mean = (of: (each: Round) => number) => results.reduce((sum, each) => sum + of(each), 0) / results.length;
  const listsMs = results.flatMap((each) => each.listsMs);
  const total = { alone: mean(({ alone }) => alone), logIns: mean(({ logIns }) => logIns), listsMs };
  const titles = ['', 'log-ins/s', 'bcrypt alone/s', 'ratio', 'list p50 ms', 'list p99 ms'];
  const ratio = quantile(
    results.map(({ alone, logIns }) => logIns / alone),
    0.5,
  );
  return [
    `${name}: ${clients} clients, ${listsPerSecond} lists/s meanwhile`,
    toColumns(titles, [...results.map((each, nth) => toRow(`round ${nth + 1}`, each)), toRow('all', total)]),
    toVerdicts([
      { about: 'log-ins, times bcrypt alone (median of rounds)', measured: ratio, target: { atLeast: 0.9 } },
      { about: 'lists: p99', measured: quantile(listsMs, 0.99), target: { atMost: 20 }, unit: ' ms' },
    ]),
  ].join('\n\n');
}

const counter = { next: 0 };
