import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { unusedPort } from '../../support/http/servers.ts';
import { prepareAuth } from '../account-world.ts';
import { startFaultyProxy } from '../faulty-proxy.ts';
import type { ResourcesProcess } from '../processes/resources-process.ts';
import {
  type Killable,
  startAuthProcess,
  startImageServiceProcess,
  startResourcesProcess,
} from '../processes/spawn.ts';
import { oneOf, type Random, seeded } from './random.ts';

export interface Urls {
  resources: string;
  auth: string;
}

/** Processes of auth and resources that are killed at random moments and started again. */
export interface Fleets {
  /** A running process of each kind; undefined while none runs. */
  urls(): { [Kind in keyof Urls]: Urls[Kind] | undefined };
  killed(): { resources: number; auth: number };
  /** Resolves when enough processes were killed and none is running. */
  finished: Promise<unknown>;
  /** Starts one process of each kind that is not killed. Call it after `finished`. */
  startLast(): Promise<Urls>;
  /** The SQLite file of auth. */
  authFile: string;
}

const resourcesFleet = { size: 4, lifeMs: { shortest: 200, longest: 1_200 } };
const authFleet = { size: 2, lifeMs: { shortest: 400, longest: 2_400 } };

/** Events go from any auth process to any resources process that is running, as behind a load balancer. */
export async function startFleets(settings: {
  resources: ResourcesProcess;
  kills: number;
  seed: number;
}): Promise<Fleets> {
  const { resources, kills, seed } = settings;
  const random = seeded(seed);
  const resourcesRunning = startFleet({
    ...resourcesFleet,
    start: () => startResourcesProcess(resources),
    shouldStart: (started) => started < kills,
    random: seeded(seed + 1),
  });
  let last: string | undefined;
  const events = await startFaultyProxy(() => {
    const url = last ?? oneOf(random, resourcesRunning.urls());
    return url && new URL(url).origin;
  });
  const auth = prepareAuth(dirname(resources.file), `${events.url}/events`);
  const authRunning = startFleet({
    ...authFleet,
    start: () => startAuthProcess(auth),
    shouldStart: () => resourcesRunning.killed() < kills,
    random: seeded(seed + 2),
  });
  return {
    urls: () => ({ resources: oneOf(random, resourcesRunning.urls()), auth: oneOf(random, authRunning.urls()) }),
    killed: () => ({ resources: resourcesRunning.killed(), auth: authRunning.killed() }),
    finished: Promise.all([resourcesRunning.finished, authRunning.finished]),
    async startLast() {
      last = await startResourcesProcess(resources).url;
      return { resources: last, auth: await startAuthProcess(auth).url };
    },
    authFile: auth.file,
  };
}

/** Processes of one kind on one database. */
interface Fleet {
  /** URLs of the processes that serve now. */
  urls(): string[];
  killed(): number;
  /** Resolves when no further process is started and none is running. */
  finished: Promise<void>;
}

/** The share of processes that are killed before they serve. */
const killedAtStart = 0.1;
const longestStartMs = 400;
const usualStartMs = 400;

function startFleet(settings: {
  start: () => Killable;
  size: number;
  /** True if another process starts after `started` ones. */
  shouldStart: (started: number) => boolean;
  lifeMs: { shortest: number; longest: number };
  random: Random;
}): Fleet {
  const { start, size, shouldStart, lifeMs, random } = settings;
  const serving = new Set<string>();
  let started = 0;
  let killed = 0;

  const runOne = async () => {
    const startedAt = Date.now();
    const process = start();
    if (random() < killedAtStart) await setTimeout(random() * longestStartMs);
    else {
      const url = await process.url;
      serving.add(url);
      // On a busy machine processes live longer, so that each does as much work as on a quiet one.
      const slowness = Math.max(1, (Date.now() - startedAt) / usualStartMs);
      await setTimeout(slowness * (lifeMs.shortest + random() * (lifeMs.longest - lifeMs.shortest)));
      serving.delete(url);
    }
    await process.kill();
    killed += 1;
  };
  const runInTurn = async () => {
    while (shouldStart(started)) {
      started += 1;
      await runOne();
    }
  };
  const finished = Promise.all(Array.from({ length: size }, runInTurn)).then(() => {});
  return { urls: () => [...serving], killed: () => killed, finished };
}

export interface KillableImageService {
  url: string;
  /** Kills it and starts it again at the same URL. */
  restart(): Promise<void>;
}

export async function startKillableImageService(folder: string): Promise<KillableImageService> {
  const port = await unusedPort();
  let process = startImageServiceProcess({ folder, port });
  const url = await process.url;
  return {
    url,
    async restart() {
      await process.kill();
      process = startImageServiceProcess({ folder, port });
      await process.url;
    },
  };
}
