import { portApart } from '../../tests/support/servers.ts';
import { type Child, startChild } from '../child.ts';
import { load } from '../load.ts';
import { queryOf } from '../queries.ts';
import { quantile } from '../rounds.ts';
import type { People } from '../users.ts';
import { streamLists } from './list-stream.ts';
import { round, toColumns, toVerdicts } from './report.ts';
import type { System, Systems } from './systems.ts';

const clients = 8;
const listsPerSecond = 50;
const rounds = 4;
/** Some twenty comparisons on two cores. */
const turnMs = 3_000;

interface Round {
  alone: number;
  logIns: number;
  listsMs: number[];
}

/** Log-ins against what bcrypt does by itself on the same cores, and lists beside them. */
export async function measureLogIns({ all, people }: Systems, say: (text: string) => void): Promise<string> {
  const command = ['bench/stress/bcrypt-baseline.ts'];
  const bcryptAlone = startChild({ name: 'bcrypt alone', command, env: {}, port: await portApart() });
  await bcryptAlone.answer();
  const texts: string[] = [];
  for (const system of all) {
    say(`log-ins, ${system.name}`);
    const done: Round[] = [];
    for (let nth = 0; nth < rounds; nth += 1) done.push(await measureRound(system, people, bcryptAlone));
    texts.push(toText(system, done));
  }
  await bcryptAlone.stop();
  return texts.join('\n\n');
}

async function measureRound({ url }: System, { readers }: People, bcryptAlone: Child): Promise<Round> {
  const alone = Number(await bcryptAlone.request(String(turnMs)));
  const query = { ...queryOf('log-in'), connections: clients };
  let isOver = false;
  const loggingIn = load({ url, query, people: readers, counter, until: { milliseconds: turnMs } }).finally(() => {
    isOver = true;
  });
  const streaming = streamLists({ url, readers, perSecond: listsPerSecond }, () => isOver);
  const [listsMs, { errors, answered, requestsPerSecond }] = await Promise.all([streaming, loggingIn]);
  if (errors > 0) throw new Error(`${errors} of ${answered} log-ins were refused.`);
  return { alone, logIns: requestsPerSecond, listsMs };
}

function toText({ name }: System, done: readonly Round[]): string {
  const toRow = (title: string, { alone, logIns, listsMs }: Round) => [
    title,
    ...[logIns, alone, logIns / alone, quantile(listsMs, 0.5), quantile(listsMs, 0.99)].map(round),
  ];
  const mean = (of: (each: Round) => number) => done.reduce((sum, each) => sum + of(each), 0) / done.length;
  const listsMs = done.flatMap((each) => each.listsMs);
  const whole = { alone: mean(({ alone }) => alone), logIns: mean(({ logIns }) => logIns), listsMs };
  const titles = ['', 'log-ins/s', 'bcrypt alone/s', 'ratio', 'list p50 ms', 'list p99 ms'];
  const ratio = quantile(
    done.map(({ alone, logIns }) => logIns / alone),
    0.5,
  );
  return [
    `${name}: ${clients} clients, ${listsPerSecond} lists/s beside`,
    toColumns(titles, [...done.map((each, nth) => toRow(`round ${nth + 1}`, each)), toRow('all', whole)]),
    toVerdicts([
      { about: 'log-ins, times bcrypt alone (median of rounds)', measured: ratio, wanted: { atLeast: 0.9 } },
      { about: 'lists: p99', measured: quantile(listsMs, 0.99), wanted: { atMost: 20 }, unit: ' ms' },
    ]),
  ].join('\n\n');
}

const counter = { next: 0 };
