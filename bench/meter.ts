/**
 * Loaded with `--import` into every process that is measured, whatever runs in it: it tells the benchmark what the
 * process has used so far, and ends it together with the benchmark, however that ends.
 */

/** What a process has used since it started. */
export interface Usage {
  /** Of all its threads. */
  cpuMicros: number;
  rssBytes: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
  process.send?.(usage);
});
// An exit of its own, rather than a signal's, also writes the profile where one is asked for.
process.on('disconnect', () => process.exit(0));
