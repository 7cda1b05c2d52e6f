import { setTimeout } from 'node:timers/promises';
import { portApart } from '../support/servers.ts';
import { type Killable, startImageServiceProcess } from './processes.ts';
import type { Random } from './random.ts';

/** Processes on one database, which are killed at random moments and started again. */
export interface Fleet {
  /** Of the processes that serve just now. */
  urls(): string[];
  killed(): number;
  /** Resolves when none is started any more, and none runs. */
  over: Promise<void>;
}

/** Of 1: how many are killed before they serve. */
const killedAtStart = 0.1;
const longestStartMs = 400;
const usualStartMs = 400;

export function startFleet(settings: {
  start: () => Killable;
  size: number;
  /** Whether one more is started, when so many were. */
  goesOn: (begun: number) => boolean;
  lifeMs: { shortest: number; longest: number };
  random: Random;
}): Fleet {
  const { start, size, goesOn, lifeMs, random } = settings;
  const serving = new Set<string>();
  let begun = 0;
  let killed = 0;

  const live = async () => {
    const startedAt = Date.now();
    const process = start();
    if (random() < killedAtStart) await setTimeout(random() * longestStartMs);
    else {
      const url = await process.url;
      serving.add(url);
      // On a machine that is busy everything takes longer: as much is done in each life.
      const slowness = Math.max(1, (Date.now() - startedAt) / usualStartMs);
      await setTimeout(slowness * (lifeMs.shortest + random() * (lifeMs.longest - lifeMs.shortest)));
      serving.delete(url);
    }
    await process.kill();
    killed += 1;
  };
  const place = async () => {
    while (goesOn(begun)) {
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
  const port = await portApart();
  let process = startImageServiceProcess({ folder, port });
  const url = await process.url;
  return {
    url,
    async killAndStart() {
      await process.kill();
      process = startImageServiceProcess({ folder, port });
      await process.url;
    },
  };
}
