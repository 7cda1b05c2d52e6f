/**
 * Loaded with `--import` into a process that is put under strain: between `strain` and `relax` it watches how long the
 * event loop keeps others waiting and how much memory the process takes at most. It ends the process together with the
 * benchmark, however that ends.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a process went through. */
export interface Strain {
  /** Of the delays of a timer of one millisecond, which are at least that. */
  loopP999Ms: number;
  loopMaxMs: number;
  peakRssBytes: number;
}

const sampleMs = 5;
const delays = monitorEventLoopDelay({ resolution: 1 });
let peakRssBytes = 0;
let sampling: NodeJS.Timeout | undefined;

process.on('message', (message) => {
  if (message === 'strain') {
    delays.reset();
    delays.enable();
    peakRssBytes = 0;
    sampling = setInterval(sample, sampleMs);
  } else if (message === 'relax') {
    clearInterval(sampling);
    delays.disable();
    sample();
    const strain: Strain = {
      loopP999Ms: delays.percentile(99.9) / 1e6,
      loopMaxMs: delays.max / 1e6,
      peakRssBytes,
    };
    process.send?.(strain);
  }
});
process.on('disconnect', () => process.exit(0));

function sample(): void {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
}
