import { setImmediate } from 'node:timers/promises';
import { collectGarbage } from '../support/collect-garbage.ts';

/** Bytes that are alive in the heap and in buffers. */
async function liveBytes(): Promise<number> {
  // Objects that wait for their finalizers become garbage of a later collection.
  for (let nth = 0; nth < 3; nth += 1) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
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
