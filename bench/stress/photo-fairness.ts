import { setTimeout } from 'node:timers/promises';
import { quantile } from '../harness/load.ts';
import {
  createPhotoClient,
  drawPhoto,
  loopbackAddress,
  type PhotoRequest,
  photoRequests,
  type Upload,
} from './photo-clients.ts';
import { round, toVerdicts } from './report.ts';
import type { System, Systems } from './systems.ts';

/** Photos that one client sends, alone and then beside another. */
const photosOfOne = 4;
/** Twice as many as one address may have in flight. */
const sentAtOnceByMany = 4;
/** Time for garbage collection after the previous load. */
const restMs = 1_500;

/** Measures how long a client's photo takes beside another client, which always has several in flight. */
export async function measurePhotoFairness(systems: Systems, logProgress: (text: string) => void): Promise<string> {
  logProgress('photo-fairness: drawing a photo');
  const [request] = photoRequests(await drawPhoto());
  if (!request) throw new Error('There is no request.');
  const reports: string[] = [];
  for (const system of systems.all) {
    logProgress(`photo-fairness, ${system.name}`);
    reports.push(await measureFairness(system, systems, request));
  }
  return reports.join('\n\n');
}

/** One client sends photo after photo, alone and then beside another that always has several in flight. */
async function measureFairness({ url, name }: System, { users }: Systems, request: PhotoRequest): Promise<string> {
  const [one, many] = users.creators;
  if (!one || !many) throw new Error('There are no users.');
  const single = createPhotoClient(url, one, loopbackAddress(0));
  const times = async () => {
    const uploads: Upload[] = [];
    for (let nth = 0; nth < photosOfOne; nth += 1) uploads.push(await single.upload(request));
    return uploads;
  };
  const alone = await times();
  let isOver = false;
  let storedOfMany = 0;
  const flood = Array.from({ length: sentAtOnceByMany }, async () => {
    const client = createPhotoClient(url, many, loopbackAddress(1));
    while (!isOver) storedOfMany += Number((await client.upload(request)).isStored);
    await client.close();
  });
  const startedAt = performance.now();
  const beside = await times();
  const besideMs = performance.now() - startedAt;
  isOver = true;
  await Promise.all([...flood, single.close()]);
  await setTimeout(restMs);
  const median = (uploads: readonly Upload[]) =>
    quantile(
      uploads.map(({ totalMs }) => totalMs),
      0.5,
    );
  const rejected = beside.reduce((sum, upload) => sum + upload.rejected, 0);
  return [
    `${name}, a client that sends one photo after the other (${request.form}): p50 alone ${round(median(alone) / 1000)} s, beside another that sends ${sentAtOnceByMany} at once from its address ${round(median(beside) / 1000)} s, ${rejected} of its requests rejected; the other stored ${storedOfMany} in ${round(besideMs / 1000)} s and while it ended`,
    toVerdicts([
      { about: 'one beside many, times alone', measured: median(beside) / median(alone), target: { atMost: 3 } },
    ]),
  ].join('\n\n');
}
