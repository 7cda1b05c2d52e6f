import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { maxImageBytes } from '../../subgraphs/resources/image-service/client.ts';
import { type Load, load, quantile } from '../harness/load.ts';
import { type Query, queryOf } from '../harness/queries.ts';
import type { Users } from '../harness/users.ts';
import { streamLists } from './list-stream.ts';
import type { Recording } from './meter.ts';
import { type Requirement, round, toColumns, toVerdicts } from './report.ts';
import { recordProcesses, type System, type Systems } from './systems.ts';

const clients = 16;
const clientsDuringLists = 8;
const uploadMs = 6_000;
const idleMs = 500;
/** Time for garbage collection after the previous load. */
const restMs = 1_500;
const warmUpRequests = 32;
const listsPerSecond = 100;
const rounds = 3;
const turnMs = 3_000;
/** Allowed memory growth, as a multiple of the bodies in flight. */
const allowedBodies = 6;
const mb = 1e6;

/** Measures uploads of the largest image: memory, event-loop delay, and the latency of lists meanwhile. */
export async function measureUploads({ all, users }: Systems, logProgress: (text: string) => void): Promise<string> {
  const image = (await largestImage()).toString('base64');
  const create = queryOf('create');
  const body = create.body(users.creators[0] ?? users.readers[0], 0);
  const input = { title: 'The largest picture', image: { data: image } };
  const largest = JSON.stringify({ ...(JSON.parse(body) as object), variables: { input } });
  const query = { ...create, connections: clients, body: () => largest };
  const reports: string[] = [];
  for (const system of all) {
    logProgress(`uploads, ${system.name}`);
    reports.push(await measureSystem(system, users, query));
  }
  return reports.join('\n\n');
}

async function measureSystem(system: System, users: Users, query: Query): Promise<string> {
  const upload = (connections: number, until: { durationMs: number } | { requests: number }) =>
    load({ ...creatorSettings(users, system), query: { ...query, connections }, until }).then(requireSuccess);

  await upload(clients, { requests: warmUpRequests });
  await setTimeout(restMs);
  const idle = await recordProcesses(system, () => setTimeout(idleMs));
  let uploads: Load | undefined;
  const loaded = await recordProcesses(system, async () => {
    uploads = await upload(clients, { durationMs: uploadMs });
  });
  await setTimeout(restMs);

  const lists = await measureLists(system, users, (durationMs) => upload(clientsDuringLists, { durationMs }));
  const allowedMb = (allowedBodies * clients * query.body(users.readers[0], 0).length) / mb;
  const { rows, requirements } = reportProcesses(idle, loaded, allowedMb);
  const ratio = lists.loadedP99 / lists.aloneP99;
  return [
    `${system.name}: ${clients} clients, ${round(uploads?.requestsPerSecond ?? 0)} uploads/s, p50 ${round(quantile(uploads?.latenciesMs ?? [], 0.5))} ms`,
    toColumns(['', 'idle MB', 'growth MB', 'allowed MB', 'loop p99.9 ms', 'max', 'idle p99.9', 'max'], rows),
    `${listsPerSecond} lists/s: p50 and p99 alone ${round(lists.aloneP50)} and ${round(lists.aloneP99)} ms, with ${clientsDuringLists} uploading clients ${round(lists.loadedP50)} and ${round(lists.loadedP99)} ms; p99s by round ${lists.byRound}`,
    toVerdicts([...requirements, { about: 'lists: p99, times alone', measured: ratio, target: { atMost: 2 } }]),
  ].join('\n\n');
}

async function measureLists(system: System, { readers }: Users, upload: (durationMs: number) => Promise<unknown>) {
  const stream = { url: system.url, readers, perSecond: listsPerSecond };
  const alone: number[][] = [];
  const loaded: number[][] = [];
  for (let nth = 0; nth < rounds; nth += 1) {
    const endsAt = performance.now() + turnMs;
    alone.push(await streamLists(stream, () => performance.now() > endsAt));
    let isOver = false;
    const uploading = upload(turnMs).finally(() => {
      isOver = true;
    });
    const [listsMs] = await Promise.all([streamLists(stream, () => isOver), uploading]);
    loaded.push(listsMs);
    await setTimeout(restMs);
  }
  const p99 = (latencies: readonly number[] | undefined) => quantile(latencies ?? [], 0.99);
  return {
    aloneP50: quantile(alone.flat(), 0.5),
    aloneP99: p99(alone.flat()),
    loadedP50: quantile(loaded.flat(), 0.5),
    loadedP99: p99(loaded.flat()),
    byRound: alone.map((latencies, nth) => `${round(p99(latencies))}:${round(p99(loaded[nth]))}`).join(', '),
  };
}

function reportProcesses(
  idle: ReadonlyMap<string, Recording>,
  loaded: ReadonlyMap<string, Recording>,
  allowedMb: number,
) {
  const rows: string[][] = [];
  const requirements: Requirement[] = [];
  for (const [name, recording] of loaded) {
    const before = idle.get(name) ?? recording;
    const growthMb = (recording.peakRssBytes - before.peakRssBytes) / mb;
    const loops = [recording.loopP999Ms, recording.loopMaxMs, before.loopP999Ms, before.loopMaxMs];
    rows.push([name, ...[before.peakRssBytes / mb, growthMb, allowedMb, ...loops].map(round)]);
    requirements.push(
      { about: `${name}: growth`, measured: growthMb, target: { atMost: allowedMb }, unit: ' MB' },
      { about: `${name}: loop p99.9`, measured: recording.loopP999Ms, target: { atMost: 10 }, unit: ' ms' },
    );
  }
  return { rows, requirements };
}

const counter = { next: 0 };
const creatorSettings = ({ creators }: Users, { url }: System) => ({ url, users: creators, counter });

function requireSuccess(result: Load): Load {
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.responses} uploads failed.`);
  return result;
}

/** The side of a square that is certainly too large as an uncompressed PNG. */
const startAtPixels = 420;

/** The largest allowed image: a square of noise, which does not compress. */
async function largestImage(): Promise<Buffer> {
  const maxBytes = maxImageBytes();
  for (let side = startAtPixels; side > 0; side -= 1) {
    const raw = { width: side, height: side, channels: 3 } as const;
    const pixels = randomBytes(side * side * raw.channels);
    const image = await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer();
    if (image.length <= maxBytes) return image;
  }
  throw new Error(`No image has at most ${maxBytes} bytes.`);
}
