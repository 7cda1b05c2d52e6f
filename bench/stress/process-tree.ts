import { readFileSync } from 'node:fs';

/** Memory and CPU of a process and of those that it started. */
export interface TreeUsage {
  /** CPU of all of them, ended ones included. */
  cpuMs: number;
  /** Peak memory of any process that it started: the image decoder. */
  childPeakBytes: number;
}

/** Linux counts in hundredths of a second (USER_HZ). */
const tickMs = 10;
const sampleMs = 50;

/** Observes the process tree in `/proc` until the returned function is called. */
export function observeTree(pid: number): () => TreeUsage {
  const startedAt = cpuOf(pid);
  let childPeakBytes = 0;
  const sample = () => {
    for (const child of childrenOf(pid)) childPeakBytes = Math.max(childPeakBytes, memoryOf(child));
  };
  const sampling = setInterval(sample, sampleMs);
  return () => {
    clearInterval(sampling);
    return { cpuMs: cpuOf(pid) - startedAt, childPeakBytes };
  };
}

/** CPU of a process, of its children, and of those that have ended. */
function cpuOf(pid: number): number {
  const own = (each: number) => {
    // After the name, which may contain anything: the state is field 3, and the four times are 14 to 17.
    const fields = read(`/proc/${each}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * tickMs, 0);
  };
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + own(each), 0);
}

/** Every thread lists the processes that it started. */
function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function memoryOf(pid: number): number {
  const [, peakKb = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(peakKb) * 1024;
}

/** Empty if the process has ended, or the system has no `/proc`. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
