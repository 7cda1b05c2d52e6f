import { setTimeout } from 'node:timers/promises';
import { startImageServiceProcess, startResourcesProcess } from './processes.ts';
import type { Random } from './random.ts';
import type { ResourcesProcess } from './resources-process.ts';

/** Processes on one database, which are killed at random moments and started again. */
export interface Fleet {
  /** Of the processes that serve just now. */
  urls(): string[];
  killed(): number;
  /** Resolves when as many were killed as were to be, and none runs any more. */
  over: Promise<void>;
}

/** Of 1: how many are killed before they serve. */
const killedAtStart = 0.1;
const longestStartMs = 400;
const lifeMs = { shortest: 200, longest: 1_200 };

export function startFleet(settings: {
  resources: ResourcesProcess;
  size: number;
  kills: number;
  random: Random;
}): Fleet {
  const { resources, size, kills, random } = settings;
  const serving = new Set<string>();
  let begun = 0;
  let killed = 0;

  const live = async () => {
    const process = startResourcesProcess(resources);
    if (random() < killedAtStart) await setTimeout(random() * longestStartMs);
    else {
      const url = await process.url;
      serving.add(url);
      await setTimeout(lifeMs.shortest + random() * (lifeMs.longest - lifeMs.shortest));
      serving.delete(url);
    }
    await process.kill();
    killed += 1;
  };
  const place = async () => {
    while (begun < kills) {
      begun += 1;
      await live();
    }
  };
  const over = Promise.all(Array.from({ length: size }, place)).then(() => {});
  return { urls: () => [...serving], killed: () => killed, over };
}

export interface StandIn {
  url: string;
  killAndStart(): Promise<void>;
}

/** The stand-in, as a process that can be killed and started again at the same URL. */
export async function startStandIn(folder: string): Promise<StandIn> {
  let process = startImageServiceProcess({ folder });
  const url = await process.url;
  const port = Number(new URL(url).port);
  return {
    url,
    async killAndStart() {
      await process.kill();
      process = startImageServiceProcess({ folder, port });
      await process.url;
    },
  };
}
