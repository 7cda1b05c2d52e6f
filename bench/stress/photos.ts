import { setTimeout } from 'node:timers/promises';
import { quantile } from '../harness/load.ts';
import { streamLists } from './list-stream.ts';
import {
  createPhotoClient,
  drawPhoto,
  loopbackAddress,
  type PhotoRequest,
  photoRequests,
  type Upload,
} from './photo-clients.ts';
import { observeTree, type TreeUsage } from './process-tree.ts';
import { round, toColumns, toVerdicts } from './report.ts';
import { recordProcesses, type System, type Systems } from './systems.ts';

const clients = 16;
const listsPerSecond = 20;
const aloneMs = 5_000;
/** Time for garbage collection after the previous load. */
const restMs = 1_500;
/** As many as the client package makes by default. */
const clientAttempts = 6;
const mb = 1e6;

/** Measures photos of 12 MB that the server makes fit, of many clients at once, and lists beside them. */
export async function measurePhotos(systems: Systems, logProgress: (text: string) => void): Promise<string> {
  logProgress('photos: drawing one');
  const requests = photoRequests(await drawPhoto());
  const reports: string[] = [];
  for (const system of systems.all) {
    for (const request of requests) {
      logProgress(`photos as ${request.form}, ${system.name}`);
      reports.push(await measureAtOnce(system, systems, request));
    }
  }
  return reports.join('\n\n');
}

/** All clients send one photo at the same time, until each is stored or given up after a minute, while others list. */
async function measureAtOnce(system: System, { users }: Systems, request: PhotoRequest): Promise<string> {
  const stream = { url: system.url, readers: users.readers, perSecond: listsPerSecond };
  const endsAt = performance.now() + aloneMs;
  const alone = await streamLists(stream, () => performance.now() > endsAt);

  const senders = users.creators
    .slice(0, clients)
    .map((user, nth) => createPhotoClient(system.url, user, loopbackAddress(nth)));
  const trees = new Map([...system.processes].map(([name, { pid }]) => [name, observeTree(pid)]));
  let uploads: Upload[] = [];
  let beside: number[] = [];
  const startedAt = performance.now();
  let tookMs = 0;
  const recordings = await recordProcesses(system, async () => {
    let isOver = false;
    const uploading = Promise.all(senders.map(({ upload }) => upload(request))).finally(() => {
      isOver = true;
      tookMs = performance.now() - startedAt;
    });
    [uploads, beside] = await Promise.all([uploading, streamLists(stream, () => isOver)]);
  });
  const usages = new Map([...trees].map(([name, end]) => [name, end()]));
  await Promise.all(senders.map(({ close }) => close()));
  await setTimeout(restMs);

  const rows = [...recordings].map(([name, { loopP50Ms, loopP99Ms, loopMaxMs, peakRssBytes }]) => {
    const { cpuMs = 0, childPeakBytes = 0 } = usages.get(name) ?? {};
    const numbers = [loopP50Ms, loopP99Ms, loopMaxMs, peakRssBytes / mb, childPeakBytes / mb, cpuMs / 1000];
    return [name, ...numbers.map(round)];
  });
  return [
    `${system.name}: ${clients} clients, each with a photo in ${round(request.body.length / mb)} MB of ${request.form}`,
    describeUploads(uploads, tookMs, usages),
    toColumns(['', 'loop p50 ms', 'p99', 'max', 'peak MB', 'its decoder', 'CPU s'], rows),
    describeLists(alone, beside),
  ].join('\n\n');
}

function describeUploads(uploads: readonly Upload[], tookMs: number, usages: ReadonlyMap<string, TreeUsage>): string {
  const of = (value: (upload: Upload) => number) => uploads.map(value);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const [totalsMs, responsesMs] = [of(({ totalMs }) => totalMs), of(({ responseMs }) => responseMs)];
  const cpuMs = sum([...usages.values()].map((usage) => usage.cpuMs));
  const failures = uploads.flatMap(({ failures }) => failures);
  const stored = uploads.filter(({ isStored }) => isStored);
  const isWithinClient = ({ isStored, attempts }: Upload) => isStored && attempts <= clientAttempts;
  return [
    `${stored.length} stored in ${round(tookMs / 1000)} s: ${round((stored.length * 1000) / tookMs)} a second, CPU of all processes ${round(cpuMs / stored.length)} ms each`,
    `stored or given up after p50 ${round(quantile(totalsMs, 0.5) / 1000)} s, max ${round(Math.max(...totalsMs) / 1000)} s; the last request of each p50 ${round(quantile(responsesMs, 0.5) / 1000)} s, max ${round(Math.max(...responsesMs) / 1000)} s`,
    `${sum(of(({ rejected }) => rejected))} SERVICE_UNAVAILABLE with Retry-After; attempts p50 ${round(
      quantile(
        of(({ attempts }) => attempts),
        0.5,
      ),
    )}, max ${Math.max(...of(({ attempts }) => attempts))}; ${uploads.filter(isWithinClient).length} within ${clientAttempts} attempts`,
    ...[...new Set(failures)].map((message) => `${failures.filter((each) => each === message).length} × ${message}`),
  ].join('\n');
}

function describeLists(alone: readonly number[], beside: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => [quantile(alone, share), quantile(beside, share)] as const);
  const describe = ([before, during] = [0, 0] as readonly [number, number]) => `${round(before)} → ${round(during)} ms`;
  const ratio = p99 ? p99[1] / p99[0] : Number.NaN;
  return [
    `${listsPerSecond} lists/s, alone → beside: p50 ${describe(p50)}, p99 ${describe(p99)}`,
    toVerdicts([{ about: 'lists: p99, times alone', measured: ratio, target: { atMost: 2 } }]),
  ].join('\n');
}
