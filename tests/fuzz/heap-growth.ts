import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../support/collect-garbage.ts';

/** Collections in a row that free nothing, before what is left counts as alive. */
const idleCollections = 3;

/** Bytes that measuring itself may allocate. */
const noiseBytes = 10_000;

/** Bytes that are alive in the heap and in buffers. Threads of V8 free buffers after a collection: they are waited for. */
async function liveBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let idle = 0;
  while (idle < idleCollections) {
    collectGarbage();
    await setTimeout(10);
    const { heapUsed, external } = process.memoryUsage();
    const alive = heapUsed + external;
    idle = alive < least - noiseBytes ? 0 : idle + 1;
    least = Math.min(least, alive);
  }
  return least;
}

export interface GrowthMeter {
  /** To be called after each run. Measures once the warm-up is over. */
  ran(): Promise<void>;
  /** Bytes alive now beyond those alive after the warm-up. */
  growthBytes(): Promise<number>;
}

/** Measures what runs leave in memory. The first ones, the warm-up, fill caches and compile code. */
export function meterGrowth({ warmUpRuns }: { warmUpRuns: number }): GrowthMeter {
  let runs = 0;
  let warmBytes: number | undefined;
  return {
    ran: async () => {
      runs += 1;
      if (runs === warmUpRuns) warmBytes = await liveBytes();
    },
    growthBytes: async () => {
      if (warmBytes === undefined) throw new Error(`Only ${runs} runs: growth is measured after ${warmUpRuns}.`);
      return (await liveBytes()) - warmBytes;
    },
  };
}
