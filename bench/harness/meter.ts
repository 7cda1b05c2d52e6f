/**
 * Preloaded with `--import` into every measured process. Reports its resource usage to the benchmark, and ends the process
 * when the benchmark ends.
 */

/** The resource usage of a process since its start. */
export interface Usage {
  /** CPU time of all threads. */
  cpuMicros: number;
  rssBytes: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
  process.send?.(usage);
});
// Exits by itself rather than by a signal, because only then does Node write the CPU profile of `--cpu-prof`.
process.on('disconnect', () => process.exit(0));
