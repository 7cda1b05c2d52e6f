import { setTimeout } from 'node:timers/promises';
import { type Load, load } from '../load.ts';
import { type Query, queryOf } from '../queries.ts';
import { quantile } from '../rounds.ts';
import type { People } from '../users.ts';
import { largestImage } from './largest-image.ts';
import { streamLists } from './list-stream.ts';
import type { Strain } from './meter.ts';
import { type Requirement, round, toColumns, toVerdicts } from './report.ts';
import { type System, type Systems, strainOf } from './systems.ts';

const clients = 16;
const clientsBesideLists = 8;
const strainMs = 6_000;
const idleMs = 500;
/** For the heap to be looked through after what came before. */
const restMs = 1_500;
const warmUpRequests = 32;
const listsPerSecond = 100;
const rounds = 3;
const turnMs = 3_000;
const bodiesKept = 6;
const mb = 1e6;

/** Uploads of the largest image: what they take of memory and of the event loop, and what lists suffer beside them. */
export async function measureUploads({ all, people }: Systems, say: (text: string) => void): Promise<string> {
  const image = (await largestImage()).toString('base64');
  const create = queryOf('create');
  const body = create.body(people.creators[0] ?? people.readers[0], 0);
  const input = { title: 'The largest picture', image: { data: image } };
  const largest = JSON.stringify({ ...(JSON.parse(body) as object), variables: { input } });
  const query = { ...create, connections: clients, body: () => largest };
  const texts: string[] = [];
  for (const system of all) {
    say(`uploads, ${system.name}`);
    texts.push(await measureSystem(system, people, query));
  }
  return texts.join('\n\n');
}

async function measureSystem(system: System, people: People, query: Query): Promise<string> {
  const upload = (connections: number, until: { milliseconds: number } | { requests: number }) =>
    load({ ...asCreators(people, system), query: { ...query, connections }, until }).then(requireGood);

  await upload(clients, { requests: warmUpRequests });
  await setTimeout(restMs);
  const idle = await strainOf(system, () => setTimeout(idleMs));
  let uploads: Load | undefined;
  const under = await strainOf(system, async () => {
    uploads = await upload(clients, { milliseconds: strainMs });
  });
  await setTimeout(restMs);

  const lists = await measureLists(system, people, (milliseconds) => upload(clientsBesideLists, { milliseconds }));
  const allowedMb = (bodiesKept * clients * query.body(people.readers[0], 0).length) / mb;
  const { rows, requirements } = ofProcesses(idle, under, allowedMb);
  const ratio = lists.besideP99 / lists.aloneP99;
  return [
    `${system.name}: ${clients} clients, ${round(uploads?.requestsPerSecond ?? 0)} uploads/s, p50 ${round(quantile(uploads?.latenciesMs ?? [], 0.5))} ms`,
    toColumns(['', 'idle MB', 'growth MB', 'allowed MB', 'loop p99.9 ms', 'max', 'idle p99.9', 'max'], rows),
    `${listsPerSecond} lists/s: p50 and p99 alone ${round(lists.aloneP50)} and ${round(lists.aloneP99)} ms, beside ${clientsBesideLists} uploaders ${round(lists.besideP50)} and ${round(lists.besideP99)} ms; p99s by round ${lists.byRound}`,
    toVerdicts([...requirements, { about: 'lists: p99, times alone', measured: ratio, wanted: { atMost: 2 } }]),
  ].join('\n\n');
}

async function measureLists(system: System, { readers }: People, upload: (milliseconds: number) => Promise<unknown>) {
  const stream = { url: system.url, readers, perSecond: listsPerSecond };
  const alone: number[][] = [];
  const beside: number[][] = [];
  for (let nth = 0; nth < rounds; nth += 1) {
    const endsAt = performance.now() + turnMs;
    alone.push(await streamLists(stream, () => performance.now() > endsAt));
    let isOver = false;
    const uploading = upload(turnMs).finally(() => {
      isOver = true;
    });
    const [listsMs] = await Promise.all([streamLists(stream, () => isOver), uploading]);
    beside.push(listsMs);
    await setTimeout(restMs);
  }
  const p99 = (latencies: readonly number[] | undefined) => quantile(latencies ?? [], 0.99);
  return {
    aloneP50: quantile(alone.flat(), 0.5),
    aloneP99: p99(alone.flat()),
    besideP50: quantile(beside.flat(), 0.5),
    besideP99: p99(beside.flat()),
    byRound: alone.map((latencies, nth) => `${round(p99(latencies))}:${round(p99(beside[nth]))}`).join(', '),
  };
}

function ofProcesses(idle: ReadonlyMap<string, Strain>, under: ReadonlyMap<string, Strain>, allowedMb: number) {
  const rows: string[][] = [];
  const requirements: Requirement[] = [];
  for (const [name, strain] of under) {
    const before = idle.get(name) ?? strain;
    const growthMb = (strain.peakRssBytes - before.peakRssBytes) / mb;
    const loops = [strain.loopP999Ms, strain.loopMaxMs, before.loopP999Ms, before.loopMaxMs];
    rows.push([name, ...[before.peakRssBytes / mb, growthMb, allowedMb, ...loops].map(round)]);
    requirements.push(
      { about: `${name}: growth`, measured: growthMb, wanted: { atMost: allowedMb }, unit: ' MB' },
      { about: `${name}: loop p99.9`, measured: strain.loopP999Ms, wanted: { atMost: 10 }, unit: ' ms' },
    );
  }
  return { rows, requirements };
}

const counter = { next: 0 };
const asCreators = ({ creators }: People, { url }: System) => ({ url, people: creators, counter });

function requireGood(done: Load): Load {
  if (done.errors > 0) throw new Error(`${done.errors} of ${done.answered} uploads were refused.`);
  return done;
}
