/**
 * Preloaded with `--import` into the processes of a stress test. Between the messages `start` and `stop` it records the
 * event-loop delay and the peak memory. Ends the process when the benchmark ends.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A recording of one process. */
export interface Recording {
  /** Percentiles of the delay of a timer of 1 ms, which is at least 1. */
  loopP50Ms: number;
  loopP99Ms: number;
  loopP999Ms: number;
  loopMaxMs: number;
  peakRssBytes: number;
}

const sampleMs = 5;
const delays = monitorEventLoopDelay({ resolution: 1 });
let peakRssBytes = 0;
let sampling: NodeJS.Timeout | undefined;

process.on('message', (message) => {
  if (message === 'start') {
    delays.reset();
    delays.enable();
    peakRssBytes = 0;
    sampling = setInterval(sample, sampleMs);
  } else if (message === 'stop') {
    clearInterval(sampling);
    delays.disable();
    sample();
    const recording: Recording = {
      loopP50Ms: delays.percentile(50) / 1e6,
      loopP99Ms: delays.percentile(99) / 1e6,
      loopP999Ms: delays.percentile(99.9) / 1e6,
      loopMaxMs: delays.max / 1e6,
      peakRssBytes,
    };
    process.send?.(recording);
  }
});
process.on('disconnect', () => process.exit(0));

function sample(): void {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
}
